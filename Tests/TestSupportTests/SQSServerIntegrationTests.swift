import Foundation
import TestSupport
import Testing

@Suite("SQS servers, integration")
struct SQSServerIntegrationTests {
    @Test("botocore creates a FIFO queue, sends and receives", arguments: [SQSServer.Kind.localstack, .moto])
    func roundTrip(_ kind: SQSServer.Kind) async throws {
        let server = try await SQSServer.start(kind)
        let result = try await talk(to: server, secret: server.secret)
        #expect(result.output == "hello\n", "\(result.errorOutput)")
        try await server.stop()
    }

    @Test("the verifying server takes the right key and refuses a wrong secret")
    func verifying() async throws {
        let server = try await SQSServer.startVerifyingSignatures()
        let right = try await talk(to: server, secret: server.secret)
        #expect(right.output == "hello\n", "\(right.errorOutput)")
        let wrong = try await talk(to: server, secret: "wrong")
        #expect(wrong.status != 0)
        #expect(wrong.errorOutput.contains("SignatureDoesNotMatch"))
        server.kill()
    }

    private func talk(to server: SQSServer, secret: String) async throws -> (
        status: Int32, output: String, errorOutput: String
    ) {
        let script = """
            import boto3, sys
            sqs = boto3.client("sqs", endpoint_url=sys.argv[1])
            url = sqs.create_queue(QueueName=sys.argv[2], Attributes={"FifoQueue": "true"})["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="hello", MessageGroupId="g", MessageDeduplicationId="d")
            print(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]["Body"])
            """
        var environment = server.environment
        environment["AWS_SECRET_ACCESS_KEY"] = secret
        environment["AWS_DEFAULT_REGION"] = server.region
        environment["AWS_MAX_ATTEMPTS"] = "1"
        return try await ChildProcess.run(
            PythonEnvironment.python(), ["-c", script, server.endpoint, SQSServer.uniqueQueueName()],
            environment: environment)
    }
}

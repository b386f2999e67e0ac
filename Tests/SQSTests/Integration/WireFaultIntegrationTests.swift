import AWSClientSupport
import CurlHTTP
import Logging
import SQS
import SigV4
import Synchronization
import TestSupport
import Testing

/// The whole client, down to libcurl, against a server that misbehaves on the wire.
@Suite("A server that misbehaves", .timeLimit(.minutes(1)))
struct WireFaultIntegrationTests {
    private let http = HTTPClient(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    private func client(
        _ server: MisbehavingHTTPServer, timeouts: SQSTimeouts = SQSTimeouts(),
        credentials: any CredentialProvider = StaticCredentialProvider(
            Credentials(accessKeyID: "AKID", secretAccessKey: "secret"))
    ) throws -> SQSClient {
        try SQSClient(
            http: http, credentials: credentials, region: "us-east-1", endpoint: try AWSEndpoint(parsing: server.url),
            retry: RetryPolicy(baseDelay: .milliseconds(10)), timeouts: timeouts,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private let queue = "https://sqs.us-east-1.amazonaws.com/1/q"

    @Test("a cut answer, a failing service and a throttled call are tried again until the call succeeds")
    func retried() async throws {
        let calls = Atomic(0)
        let server = try MisbehavingHTTPServer.start { connection, _ in
            switch calls.add(1, ordering: .relaxed).newValue {
            case 1:
                try connection.sendHead("200 OK", ["Content-Length: 100"])
                try connection.send("{\"Attributes\":")
                throw connection.reset()
            case 2: try connection.respond("503 Service Unavailable", [], "<html><title>busy</title></html>")
            default: try connection.respond("200 OK", [], #"{"Attributes":{"FifoQueue":"true"}}"#)
            }
        }
        defer { server.stop() }
        #expect(try await client(server).getQueueAttributes(queueURL: queue) == ["FifoQueue": "true"])
        #expect(server.requestsReceived == 3)
        await http.shutdown()
    }

    @Test("a send whose answer was cut is repeated with the same deduplication ID")
    func repeatedSend() async throws {
        let bodies = Mutex<[[UInt8]]>([])
        let server = try MisbehavingHTTPServer.start { connection, request in
            let isFirst = bodies.withLock { seen in
                seen.append(request.body)
                return seen.count == 1
            }
            if isFirst { throw connection.reset() }
            try connection.respond(
                "200 OK", [],
                #"{"Successful":[{"Id":"0","MessageId":"m","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}]}"#)
        }
        defer { server.stop() }
        let entry = SendMessageBatchEntry(
            id: "0", body: Array("hello".utf8), messageGroupID: "g", deduplicationID: "1-1-1")
        let result = try await client(server).sendMessageBatch(queueURL: queue, entries: [entry])
        #expect(result.successful.map(\.messageID) == ["m"])
        let seen = bodies.withLock { $0 }
        #expect(seen.count == 2 && seen[0] == seen[1])
        await http.shutdown()
    }

    @Test("a poll without an answer ends at its wait plus the margin, as an error that may pass")
    func silentPoll() async throws {
        let server = try MisbehavingHTTPServer.start { connection, _ in
            _ = connection.waitForClose(seconds: 30)
            throw MisbehavingHTTPConnection.Closed()
        }
        defer { server.stop() }
        let client = try client(server, timeouts: SQSTimeouts(longPollMargin: .seconds(1)))
        let clock = ContinuousClock()
        let start = clock.now
        let error = try #require(
            await failure {
                try await client.receiveMessage(queueURL: queue, maximumMessages: 1, waitTime: .seconds(1))
            })
        let took = clock.now - start
        #expect(took > .milliseconds(1_900) && took < .seconds(8))
        guard case .transport(let cause) = error.code else { return #expect(Bool(false), "\(error)") }
        #expect([.totalTimeout, .idleTimeout].contains(cause.code))
        #expect(error.isRetryable)
        #expect(error.attempts == 1)
        await http.shutdown()
    }

    @Test("a host whose clock is an hour off is corrected from the server's Date header")
    func clockSkew() async throws {
        let dates = Mutex<[String]>([])
        let server = try MisbehavingHTTPServer.start { connection, request in
            let isFirst = dates.withLock { seen in
                seen.append(request.header("X-Amz-Date") ?? "")
                return seen.count == 1
            }
            guard isFirst else { return try connection.respond("200 OK", [], "{}") }
            try connection.respond(
                "403 Forbidden", ["Date: Tue, 01 Jan 2030 00:00:00 GMT"],
                #"{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature expired: 20261124T043618Z is now earlier than 20291231T234500Z"}"#
            )
        }
        defer { server.stop() }
        _ = try await client(server).getQueueAttributes(queueURL: queue)
        #expect(dates.withLock { $0.last }?.hasPrefix("20300101T00000") == true)
        await http.shutdown()
    }

    @Test("an answer larger than any SQS gives is refused, and not kept")
    func endlessAnswer() async throws {
        let server = try MisbehavingHTTPServer.start { connection, _ in
            try connection.sendHead("200 OK", ["Content-Length: 4000000"])
            for _ in 0..<40 { try connection.send([UInt8](repeating: 0x20, count: 100_000)) }
        }
        defer { server.stop() }
        let client = try client(server)
        let error = try #require(await failure { try await client.getQueueAttributes(queueURL: queue) })
        guard case .transport(let cause) = error.code else { return #expect(Bool(false), "\(error)") }
        #expect(cause.code == .bodyTooLarge)
        await http.shutdown()
    }
}

import ServiceRuntime
import TestSupport
import Testing

@testable import Worker

@Suite("A secret in any setting of the worker")
struct MisplacedSecretTests {
    private let sound = [
        "HOME": "/nonexistent", "SQS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/1/users.fifo",
        "AWS_REGION": "eu-west-1", "DATABASE_URL": "postgresql://ana@db.example/users",
    ]

    private func message(_ read: () throws -> Void) -> String? {
        do {
            try read()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("is in no message, wherever it stands in the value", arguments: KnownSettings.all.sorted())
    func notShown(variable: String) {
        let secret = MarkedSecret()
        for form in secret.forms(of: variable) {
            let settings = Settings(variables: sound.merging([variable: form]) { $1 })
            for message in [
                message { _ = try WorkerConfiguration(settings) },
                message { _ = try LambdaConfiguration(settings) },
                message { _ = try HealthConfiguration(settings) },
            ].compactMap({ $0 }) {
                #expect(!secret.isShown(in: message), "\(variable)=\(form): \(message)")
            }
        }
    }
}

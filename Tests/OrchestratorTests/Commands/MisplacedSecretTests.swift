import ServiceRuntime
import SyncCore
import TestSupport
import Testing

@testable import Orchestrator

/// What is read of a secret in any setting, one that is none included: two lines of an env file are soon swapped.
@Suite("A secret in any setting of the orchestrator")
struct MisplacedSecretTests {
    private let sound = [
        "HOME": "/nonexistent", "LEGACY_API_URL": "https://api.example/users", "LEGACY_API_KEY": "k",
        "SQS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/1/users.fifo", "AWS_REGION": "eu-west-1",
        "DATABASE_URL": "postgresql://ana@db.example/users",
    ]

    /// All that is said of the settings.
    private func messages(_ settings: Settings) -> [String] {
        func message(_ read: (Settings) throws -> Void) -> String? {
            do {
                try read(settings)
                return nil
            } catch {
                return "\(error)"
            }
        }
        let check = ConfigurationCheck(settings)
        let findings = check.findings + UnusedSettings(settings: settings, queue: check.configuration?.queue).findings
        return [
            message { _ = try SyncSettings($0) }, message { _ = try ServingConfiguration($0) },
            message { _ = try Patience($0) }, message { _ = try MetricsExport($0, service: .orchestrator) },
        ].compactMap { $0 } + findings.map { "\($0.summary); \($0.advice ?? "")" }
    }

    @Test("is in no message, wherever it stands in the value", arguments: KnownSettings.all.sorted())
    func notShown(variable: String) {
        let secret = MarkedSecret()
        // What an IAM token is made from is read with it alone.
        let hasToken = KnownSettings.ofAWS.contains(variable) || variable.hasPrefix("DATABASE_")
        for (form, login) in secret.forms(of: variable).flatMap({ [($0, "false")] + (hasToken ? [($0, "true")] : []) })
        {
            var variables = sound.merging(["DATABASE_IAM_AUTH": login]) { $1 }
            variables[variable] = form
            for message in messages(Settings(variables: variables)) {
                #expect(!secret.isShown(in: message), "\(variable)=\(form): \(message)")
            }
        }
    }

    @Test("the settings that are read as numbers, words or addresses name themselves in the message")
    func named() {
        let secret = MarkedSecret()
        for variable in [
            "DATABASE_URL", "LEGACY_API_URL", "SQS_QUEUE_URL", "AWS_REGION", "AWS_PROFILE", "SYNC_BATCH_SIZE",
            "SYNC_MODE", "ALLOW_PLAINTEXT_HTTP", "TMPDIR", "AWS_CA_BUNDLE", "SYNC_EVERY", "SYNC_API_PORT",
            "METRICS_FORMAT",
        ] {
            let said = messages(Settings(variables: sound.merging([variable: secret.mark]) { $1 }))
            #expect(said.contains { $0.contains(variable) }, "\(variable): \(said)")
        }
    }
}

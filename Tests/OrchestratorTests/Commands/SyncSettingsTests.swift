import CurlHTTP
import ServiceRuntime
import SyncCore
import SyncPipeline
import Testing

@testable import Orchestrator

@Suite("The settings of a sync")
struct SyncSettingsTests {
    private let sound = [
        "HOME": "/nonexistent", "LEGACY_API_URL": "https://api.example/users", "LEGACY_API_KEY": "k",
        "SQS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/1/users.fifo", "AWS_REGION": "eu-west-1",
        "DATABASE_URL": "postgresql://db/users",
    ]

    private func settings(_ variables: [String: String]) throws(ConfigurationError) -> SyncSettings {
        try SyncSettings(Settings(variables: sound.merging(variables) { $1 }))
    }

    private func problem(_ variables: [String: String]) -> ConfigurationError? {
        do {
            _ = try settings(variables)
            return nil
        } catch {
            return error
        }
    }

    @Test("a line break behind the key is no part of it; one within it is refused by name, and the key not shown")
    func key() throws {
        for key in ["k\n", "k\r\n", " k ", "\tk"] {
            #expect(try settings(["LEGACY_API_KEY": key]).sync.legacyAPI.key == "k")
        }
        for key in ["s3cr3t\nX-Other: 1", "s3cr3t\u{7F}", "s3c\u{0}r3t"] {
            let error = problem(["LEGACY_API_KEY": key])
            #expect(error?.variable == "LEGACY_API_KEY")
            #expect(error.map { "\($0)" }?.contains("s3c") == false)
        }
        #expect(problem(["LEGACY_API_KEY": " \n"])?.variable == "LEGACY_API_KEY")
    }

    @Test(
        "the legacy API and AWS are each trusted by their own authorities, else by SSL_CERT_FILE, else by the system's")
    func authorities() throws {
        func files(_ variables: [String: String]) throws -> [String?] {
            let settings = try settings(variables)
            return [settings.sync.legacyAPI.certificateAuthorityFile, settings.http.certificateAuthorityFile]
        }
        #expect(try files([:]) == [nil, nil])
        #expect(try files(["SSL_CERT_FILE": "/s.pem"]) == ["/s.pem", "/s.pem"])
        #expect(try files(["LEGACY_API_CA_FILE": "/etc/passwd"]) == ["/etc/passwd", nil])
        #expect(try files(["AWS_CA_BUNDLE": "/etc/group"]) == [nil, "/etc/group"])
        #expect(
            try files(["SSL_CERT_FILE": "/s.pem", "LEGACY_API_CA_FILE": "/etc/passwd", "AWS_CA_BUNDLE": "/etc/group"])
                == ["/etc/passwd", "/etc/group"])
        #expect(problem(["LEGACY_API_CA_FILE": "/nonexistent.pem"])?.variable == "LEGACY_API_CA_FILE")
        #expect(problem(["AWS_CA_BUNDLE": "/nonexistent.pem"])?.variable == "AWS_CA_BUNDLE")
    }

    @Test(
        "a proxy that is none, a profile that is missing and a file that cannot be parsed are found before anything is touched"
    )
    func before() {
        #expect(problem(["HTTPS_PROXY": "gopher://p"])?.variable == "HTTPS_PROXY")
        #expect(problem(["AWS_PROFILE": "gone", "AWS_REGION": ""])?.variable == "AWS_PROFILE")
        #expect(problem(["AWS_CONFIG_FILE": "/etc/passwd"])?.variable == "AWS_CONFIG_FILE")
    }

    @Test("extra fields are read, and a list that cannot be used is refused by the variable's name")
    func extraFields() throws {
        #expect(try settings([:]).sync.extraFields == .none)
        let list = "phone:text,plan:text:plan_name"
        #expect(try settings(["SYNC_EXTRA_FIELDS": list]).sync.extraFields == ExtraFields(setting: list))
        let error = problem(["SYNC_EXTRA_FIELDS": "phone:text,s3cr3t"])
        #expect(error?.variable == "SYNC_EXTRA_FIELDS")
        #expect(error?.problem.contains("entry 2") == true)
        #expect(error?.problem.contains("s3cr3t") == false)
    }

    @Test("history ends after 90 days, never with 0, and never while a message of the sync may exist")
    func history() throws {
        #expect(try settings([:]).sync.historyDays == 90)
        for days in [0, 18, 90, 36_500] {
            #expect(try settings(["SYNC_HISTORY_DAYS": "\(days)"]).sync.historyDays == days)
        }
        for text in ["1", "17", "-1", "36501", "90d", "1e2", "9999999999999999999"] {
            #expect(problem(["SYNC_HISTORY_DAYS": text])?.variable == "SYNC_HISTORY_DAYS", "\(text)")
        }
        #expect(
            problem(["SYNC_HISTORY_DAYS": "17"])?.problem.contains("must be 0, which keeps all, or from 18") == true)
    }
}

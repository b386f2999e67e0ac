import ServiceRuntime
import Testing

@testable import Orchestrator

@Suite("doctor: settings in vain, and who is calling AWS")
struct UnusedSettingsTests {
    private let sound = [
        "HOME": "/nonexistent", "PATH": "/bin", "LANG": "C", "LEGACY_API_URL": "https://api.example/users",
        "LEGACY_API_KEY": "k", "SQS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/1/users.fifo",
        "AWS_REGION": "eu-west-1", "DATABASE_URL": "postgresql://db/users", "PGPASSWORD": "p", "TMPDIR": "/tmp",
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE", "AWS_LAMBDA_FUNCTION_NAME": "f", "HOSTNAME": "h", "LOG_LEVEL": "info",
    ]

    private func warnings(_ variables: [String: String]) throws -> [String] {
        let settings = Settings(variables: sound.merging(variables) { $1 })
        let findings = UnusedSettings(settings: settings, queue: try QueueSettings(settings)).findings
        #expect(findings.allSatisfy { $0.outcome == .warning && $0.subject == .configuration && $0.advice != nil })
        return findings.map { "\($0.summary) -> \($0.advice ?? "")" }
    }

    @Test("an ordinary environment gives no warning")
    func ordinary() throws {
        #expect(try warnings([:]) == [])
        #expect(try warnings(["HTTPS_PROXY": "http://p:3128", "NO_PROXY": "a"]) == [])
    }

    @Test(
        "a setting of another command is told, with the command that reads it",
        arguments: [
            ("WORKER_CONCURRENCY", "worker run"), ("SYNC_API_TOKEN", "orchestrator serve"),
            ("SYNC_EVERY", "orchestrator serve"),
        ])
    func ignored(variable: String, reader: String) throws {
        let found = try warnings([variable: "s3cr3t"])
        #expect(found.count == 1 && found[0].hasPrefix(variable) && found[0].contains(reader))
        #expect(!found[0].contains("s3cr3t"))
    }

    @Test(
        "a name with a mistake is told, with the one that was meant",
        arguments: [
            ("SYNC_BATCHSIZE", "SYNC_BATCH_SIZE"), ("SYNC_BACTH_SIZE", "SYNC_BATCH_SIZE"),
            ("sync_batch_size", "SYNC_BATCH_SIZE"),
            ("LEGACY_API_URI", "LEGACY_API_URL"), ("LEGACYAPI_KEY", "LEGACY_API_KEY"),
            ("SQS_QUEUEURL", "SQS_QUEUE_URL"),
            ("AWS_ACCES_KEY_ID", "AWS_ACCESS_KEY_ID"), ("AWS_REGOIN", "AWS_REGION"), ("PGPASSWROD", "PGPASSWORD"),
            ("DATABSE_URL", "DATABASE_URL"), ("LOGLEVEL", "LOG_LEVEL"), ("Https_Proxy", "HTTPS_PROXY"),
        ])
    func misspelt(variable: String, meant: String) throws {
        let found = try warnings([variable: "1"])
        #expect(found.count == 1 && found[0].contains(variable) && found[0].contains("\(meant)?"), "\(found)")
    }

    @Test(
        "a value in quotation marks is told, and not shown",
        arguments: ["LEGACY_API_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "PGPASSWORD"])
    func quoted(variable: String) throws {
        for mark in ["\"", "'"] {
            let settings = Settings(variables: sound.merging([variable: "\(mark)s3cr3t\(mark)"]) { $1 })
            let found = UnusedSettings(settings: settings, queue: nil).findings.map { "\($0.summary)" }
            #expect(found.count == 1 && found[0].hasPrefix(variable) && found[0].contains("quotation mark"), "\(found)")
            #expect(!found[0].contains("s3cr3t"))
        }
        for value in ["\"", "\"a", "a'", "a\"b\"c"] {
            let settings = Settings(variables: sound.merging([variable: value]) { $1 })
            #expect(UnusedSettings(settings: settings, queue: nil).findings.isEmpty)
        }
    }

    @Test("a queue in another region than the one that is signed for is told")
    func otherRegion() throws {
        for url in ["https://sqs.eu-west-1.amazonaws.com/1/u.fifo", "https://eu-west-1.queue.amazonaws.com/1/u.fifo"] {
            let found = try warnings(["SQS_QUEUE_URL": url, "AWS_REGION": "us-east-1"])
            #expect(found.count == 1 && found[0].contains("AWS_REGION=eu-west-1"), "\(found)")
            #expect(try warnings(["SQS_QUEUE_URL": url]) == [])
        }
        #expect(try warnings(["SQS_QUEUE_URL": "https://sqs.example/1/u.fifo", "AWS_REGION": "us-east-1"]) == [])
        let local = ["AWS_ENDPOINT_URL_SQS": "https://127.0.0.1:1", "AWS_REGION": "us-east-1"]
        #expect(try warnings(local) == [])
    }

    @Test("a name of ours that is like none is told too; a name of another program is not")
    func unknown() throws {
        #expect(try warnings(["SYNC_SPEED": "1"]).count == 1)
        for other in [
            "PGDATA", "SSL_CERT_DIR", "AWS_PAGER", "KUBERNETES_PORT", "LOGNAME", "PWD", "DATABASE_HOST", "SQS_X",
        ] {
            #expect(try warnings([other: "1"]) == [], "\(other)")
        }
    }

    @Test("what goes unused since something else goes before it is told")
    func shadowed() throws {
        for (variables, name) in [
            (["AWS_DEFAULT_REGION": "us-east-1"], "AWS_DEFAULT_REGION"),
            (["AWS_ACCESS_KEY_ID": "a", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t"], "AWS_WEB_IDENTITY_TOKEN_FILE"),
            (["AWS_USE_FIPS_ENDPOINT": "true"], "AWS_USE_FIPS_ENDPOINT"), (["http_proxy": "http://p"], "http_proxy"),
            (["AWS_CONFIG_FILE": "/nonexistent"], "/nonexistent"),
            (
                ["AWS_ENDPOINT_URL": "https://x.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"],
                "AWS_ENDPOINT_URL"
            ), (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "1"], "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
            (
                [
                    "HTTPS_PROXY": "http://p", "LEGACY_API_URL": "http://127.0.0.1/",
                    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
                ], "HTTPS_PROXY"
            ),
        ] {
            let found = try warnings(variables)
            #expect(found.count == 1 && found[0].contains(name), "\(variables): \(found)")
        }
    }

    // MARK: Identity

    private func queue(_ variables: [String: String] = [:]) throws -> QueueSettings {
        try QueueSettings(Settings(variables: sound.merging(variables) { $1 }))
    }

    @Test("STS is asked only where it belongs to the queue: at AWS, or at an endpoint of its own")
    func asking() throws {
        #expect(try queue().mayAskSTS)
        #expect(try !queue(["SQS_QUEUE_URL": "http://127.0.0.1:9324/1/users.fifo"]).mayAskSTS)
        #expect(try !queue(["AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9324"]).mayAskSTS)
        #expect(try !queue(["SQS_QUEUE_URL": "https://sqs.example.com/1/users.fifo"]).mayAskSTS)
        #expect(try queue(["AWS_ENDPOINT_URL": "http://127.0.0.1:4566"]).mayAskSTS)
        #expect(
            try queue(["AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:2"])
                .mayAskSTS)
    }

    @Test("the identity is shown with where it comes from, also when STS cannot be asked")
    func identity() throws {
        let check = IdentityCheck(queue: try queue())
        let confirmed = check.finding(.confirmed(arn: "arn:aws:iam::1:user/a"), origin: "keys of profile dev")
        #expect(confirmed.outcome == .ok)
        #expect(
            confirmed.summary == "arn:aws:iam::1:user/a, from keys of profile dev; region eu-west-1 from AWS_REGION")
        #expect(check.finding(.unreachable("no route"), origin: "o").outcome == .ok)
        #expect(check.finding(.notAsked, origin: "container").summary.contains("container"))
        let refused = check.finding(.refused("InvalidClientTokenId"), origin: "environment")
        #expect(refused.outcome == .problem && refused.summary.contains("environment"))
    }
}

import ServiceRuntime
import Testing

@Suite("Addresses in the settings")
struct URLSettingsTests {
    private func problem(_ url: String, _ variables: [String: String] = [:]) -> ConfigurationError? {
        do {
            try Settings(variables: variables).check(url: url, from: "LEGACY_API_URL")
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "https anywhere and http on this machine are fine",
        arguments: ["https://api.example/users", "http://127.0.0.1:3001/users", "http://[::1]/", "http://localhost/"])
    func fine(_ url: String) {
        #expect(problem(url) == nil)
    }

    @Test(
        "http to another host is refused, whatever its name pretends, unless the risk was accepted by name",
        arguments: [
            "http://api.example/users", "http://10.0.0.1/", "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/",
            "HTTP://192.168.0.1/", "http://[::ffff:10.0.0.1]/",
        ])
    func plaintext(_ url: String) {
        let error = problem(url)
        #expect(error?.variable == "LEGACY_API_URL")
        #expect(error?.problem.contains("ALLOW_PLAINTEXT_HTTP=true") == true)
        #expect(problem(url, ["ALLOW_PLAINTEXT_HTTP": "false"]) != nil)
        #expect(problem(url, ["ALLOW_PLAINTEXT_HTTP": "true"]) == nil)
    }

    @Test(
        "what is no address for a request is refused, and not shown: it may hold a secret",
        arguments: [
            "ftp://s3cr3tword.example/", "https://ana:s3cr3tword@api.example/", "s3cr3tword",
            "https://s3cr3tword word/",
        ])
    func unusable(_ url: String) {
        let error = problem(url, ["ALLOW_PLAINTEXT_HTTP": "true"])
        #expect(error?.problem.contains("http(s)") == true)
        #expect(error?.problem.contains("s3cr3tword") == false)
    }
}

@Suite("The queue's settings")
struct QueueSettingsTests {
    private func problem(_ variables: [String: String]) -> String? {
        let good = [
            "HOME": "/nonexistent", "SQS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/1/users.fifo",
            "AWS_REGION": "eu-west-1",
        ]
        do {
            _ = try QueueSettings(Settings(variables: good.merging(variables) { $1 }))
            return nil
        } catch {
            return error.variable
        }
    }

    @Test("plain http to another host is refused in each place that names one")
    func plaintext() {
        #expect(problem([:]) == nil)
        #expect(problem(["SQS_QUEUE_URL": "http://queue.example/1/users.fifo"]) == "SQS_QUEUE_URL")
        #expect(problem(["SQS_DEAD_LETTER_QUEUE_URL": "http://queue.example/1/d.fifo"]) == "SQS_DEAD_LETTER_QUEUE_URL")
        for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"] {
            #expect(problem([variable: "http://queue.example"]) == variable)
            // Requests go to the endpoint; a queue's URL is then a name and no address.
            #expect(
                problem([variable: "http://127.0.0.1:4566", "SQS_QUEUE_URL": "http://queue.example/1/users.fifo"])
                    == nil)
        }
        #expect(
            problem(["SQS_QUEUE_URL": "http://queue.example/1/users.fifo", "ALLOW_PLAINTEXT_HTTP": "true"]) == nil)
    }
}

@Suite("The database's settings")
struct DatabaseSettingsTests {
    private func problem(_ variables: [String: String]) -> ConfigurationError? {
        do {
            _ = try DatabaseSettings.configuration(Settings(variables: variables), applicationName: "test")
            return nil
        } catch {
            return error
        }
    }

    @Test("IAM authentication needs a region, a host, and encryption")
    func iam() {
        let good = [
            "HOME": "/nonexistent", "DATABASE_IAM_AUTH": "true", "AWS_REGION": "eu-west-1",
            "DATABASE_URL": "postgresql://ana@db.example/users",
        ]
        func problem(_ changes: [String: String]) -> String? { self.problem(good.merging(changes) { $1 })?.variable }
        #expect(problem([:]) == nil)
        #expect(problem(["AWS_REGION": ""]) == "AWS_REGION")
        #expect(problem(["AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"]) == nil)
        #expect(problem(["AWS_REGION": "not a region"]) == "AWS_REGION")
        #expect(problem(["DATABASE_URL": "postgresql://ana:fixed@db.example/users"]) == "DATABASE_IAM_AUTH")
        #expect(problem(["DATABASE_URL": "postgresql://ana@db.example/users?sslmode=prefer"]) == "DATABASE_IAM_AUTH")
        #expect(problem(["DATABASE_URL": "postgresql://ana@/users?host=/tmp"]) == "DATABASE_IAM_AUTH")
        #expect(problem(["DATABASE_IAM_AUTH": "perhaps"]) == "DATABASE_IAM_AUTH")
    }

    @Test("a connection string that cannot be used is refused before anything is touched, and is not shown")
    func unusable() {
        let error = problem(["DATABASE_URL": "mysql://ana:s3cr3tword@db/users"])
        #expect(error?.variable == "DATABASE_URL")
        #expect(error?.problem.contains("s3cr3tword") == false)
    }

    @Test(
        "an address that is refused is not repeated: it may hold a password",
        arguments: ["https://u:SEKRIT@sqs.us-east-1.amazonaws.com/1/a", "ftp://u:SEKRIT@h/a.fifo", "u:SEKRIT@h/a.fifo"])
    func secrets(url: String) {
        for variables in [
            ["SQS_QUEUE_URL": url], ["SQS_QUEUE_URL": "https://h/a.fifo", "SQS_DEAD_LETTER_QUEUE_URL": url],
        ] {
            do {
                _ = try QueueSettings(Settings(variables: variables))
            } catch {
                #expect(!"\(error)".contains("SEKRIT"), "\(error)")
            }
        }
    }
}

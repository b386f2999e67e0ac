import ServiceRuntime
import TestSupport
import Testing

/// The programs as they are, with a secret in every setting in turn, one that is none included, and in every proper place at once. All they
/// depend on refuses them, and repeats what it was sent.
@Suite("A secret in any setting, and the real programs", .serialized, .timeLimit(.minutes(5)))
struct MisplacedSecretIntegrationTests {
    /// A command that is run with a setting.
    private struct Run: Sendable {
        let program: String
        let arguments: [String]
        let variable: String
        let value: String
    }

    /// Programs at once.
    private static let width = 8
    /// A name that is there to be shown: metrics are told apart by it.
    private static let names: Set<String> = ["METRICS_DEPLOYMENT"]

    @Test("none of them prints it, whatever it stands for", arguments: [("orchestrator", "doctor"), ("worker", "run")])
    func everySetting(program: String, command: String) async throws {
        let secret = MarkedSecret()
        // Both programs leave these to the same libpq, and use none of the last.
        let shared = KnownSettings.ofPostgres.union(KnownSettings.unsupportedOfAWS)
        let settings = KnownSettings.all.subtracting(Self.names).subtracting(program == "worker" ? shared : []).sorted()
        let runs = settings.map { Run(program: program, arguments: [command], variable: $0, value: secret.mark) }
        #expect(try await findings(runs, secret) == [])
    }

    @Test("nor do a sync and a server, of what they alone read, and of a secret in its proper place")
    func otherCommands() async throws {
        let secret = MarkedSecret()
        let runs = ["sync", "serve"].flatMap { command in
            (KnownSettings.ofOthers.keys.sorted() + ["LOG_FORMAT", "METRICS_FORMAT", "SYNC_OUTAGE_TIMEOUT"]).map {
                Run(program: "orchestrator", arguments: [command], variable: $0, value: secret.mark)
            }
        }
        #expect(try await findings(runs, secret) == [])
    }

    @Test("none of them prints it, wherever in an address it stands")
    func everyPlace() async throws {
        let secret = MarkedSecret()
        let places =
            secret.connectionStrings.map { ("DATABASE_URL", $0) }
            + ["LEGACY_API_URL", "SQS_QUEUE_URL"].flatMap { variable in secret.addresses.map { (variable, $0) } }
        let runs = places.map { variable, value in
            Run(program: "orchestrator", arguments: ["doctor", "--json"], variable: variable, value: value)
        }
        #expect(try await findings(runs, secret) == [])
    }

    @Test("what is printed is found: the name of a deployment is in its metrics")
    func shown() async throws {
        let secret = MarkedSecret()
        let runs = Self.names.map {
            Run(program: "orchestrator", arguments: ["sync"], variable: $0, value: secret.mark)
        }
        #expect(try await findings(runs, secret).count == 1)
    }

    @Test("the commands that only need the database do not print it either")
    func database() async throws {
        let secret = MarkedSecret()
        let runs = [["status"], ["migrate"], ["history"], ["rejects"], ["report"], ["reset"]].flatMap { arguments in
            secret.connectionStrings.prefix(2).map {
                Run(program: "orchestrator", arguments: arguments, variable: "DATABASE_URL", value: $0)
            }
        }
        #expect(try await findings(runs, secret) == [])
    }

    // MARK: Running

    /// Runs all, and says which of them printed the secret, and how.
    private func findings(_ runs: [Run], _ secret: MarkedSecret) async throws -> [String] {
        let echo = try MisbehavingHTTPServer.start { connection, request in
            let sent = request.headerLines.joined(separator: "; ") + String(decoding: request.body, as: UTF8.self)
            let message = "\(request.target) \(sent)".replacing("\"", with: "'").replacing("\\", with: "/")
            try connection.respond(
                "403 Forbidden", ["x-amzn-requestid: 1"], #"{"__type":"AccessDenied","message":"\#(message)"}"#)
        }
        defer { echo.stop() }
        return try await withThrowingTaskGroup(of: String?.self) { group in
            var rest = runs[...]
            var found: [String] = []
            func next() {
                guard let run = rest.popFirst() else { return }
                group.addTask { try await finding(run, secret, echo.url) }
            }
            for _ in 0..<Self.width { next() }
            while let finding = try await group.next() {
                if let finding { found.append(finding) }
                next()
            }
            return found
        }
    }

    /// What one run printed of the secret; nil: nothing.
    private func finding(_ run: Run, _ secret: MarkedSecret, _ echo: String) async throws -> String? {
        var environment = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LOG_LEVEL": "trace", "LOG_FORMAT": "json",
            // Names that do not exist are soon known not to.
            "RES_OPTIONS": "timeout:1 attempts:1",
            "LEGACY_API_URL": "\(echo)/users?token=\(secret.mark)", "LEGACY_API_KEY": secret.mark,
            "SQS_QUEUE_URL": "\(echo)/1/users.fifo", "AWS_ENDPOINT_URL": echo, "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": secret.mark,
            "AWS_SESSION_TOKEN": secret.mark, "SYNC_API_TOKEN": secret.mark, "SYNC_API_PORT": "0",
            "DATABASE_URL": "postgresql://ana:\(secret.mark)@127.0.0.1:9/users", "SYNC_OUTAGE_TIMEOUT": "1",
            "METRICS_FORMAT": "emf",
        ]
        environment[run.variable] = run.value
        let program = try ChildProcess.start(
            Executables.path(run.program), run.arguments, environment: environment)
        defer { program.kill() }
        // Some would go on for ever: they have said enough a moment after the first word.
        let isEndless = run.arguments == ["run"] || run.arguments == ["serve"]
        try await eventually(within: .seconds(60), "it has ended, or begun") {
            !program.isRunning || (isEndless && !program.errorOutput.isEmpty)
        }
        if program.isRunning { try await Task.sleep(for: .milliseconds(100)) }
        for text in [program.output, program.errorOutput] {
            for line in text.split(separator: "\n") where secret.isShown(in: String(line)) {
                return "\(run.program) \(run.arguments) with \(run.variable)=\(run.value): \(line)"
            }
        }
        guard !program.output.isEmpty || !program.errorOutput.isEmpty else {
            return "\(run.program) \(run.arguments) with \(run.variable)=\(run.value) printed nothing"
        }
        return nil
    }
}

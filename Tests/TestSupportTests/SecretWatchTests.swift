import TestSupport
import Testing

@Suite("Looking for secrets")
struct SecretWatchTests {
    private let secret = "s3cr3t/w+rd"

    @Test("a secret is found in either output, as it is and as it stands in a URL, and is not shown again")
    func outputs() async throws {
        for script in ["echo \"before $S after\"", "echo \"x$S\" >&2", "echo postgresql://ana:s3cr3t%2Fw%2Brd@host"] {
            let watch = SecretWatch([secret])
            let program = watch.watch(
                try ChildProcess.start("/bin/sh", ["-c", script], environment: ["S": secret, "PATH": "/usr/bin:/bin"]))
            try await program.wait(deadline: .seconds(30))
            #expect(watch.findings.count == 1, "\(script)")
            #expect(watch.findings.allSatisfy { $0.contains("<secret>") && !$0.contains(secret) })
        }
    }

    @Test("a secret is found in the arguments of a program that runs")
    func arguments() async throws {
        let watch = SecretWatch([secret])
        let program = watch.watch(try ChildProcess.start("/bin/sh", ["-c", "sleep 60; true", secret]))
        defer { program.kill() }
        try await eventually(within: .seconds(30), "it is seen") { !watch.commandLineFindings.isEmpty }
        #expect(watch.findings == [])
    }

    @Test("what is printed without a secret is no finding")
    func innocent() async throws {
        let watch = SecretWatch([secret])
        let program = watch.watch(try ChildProcess.start("/bin/sh", ["-c", "echo s3cr3t w rd"]))
        try await program.wait(deadline: .seconds(30))
        #expect(watch.findings == [] && watch.commandLineFindings == [])
    }
}

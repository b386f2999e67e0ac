import TestSupport

/// An HTTPS server of `openssl` whose certificate nobody has signed.
struct TLSServer {
    let url: String
    private let process: ChildProcess

    static func start() async throws -> TLSServer {
        let folder = try TemporaryFolder(prefix: "tls")
        let made = try await ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost", "-keyout", folder.file("key.pem"), "-out", folder.file("cert.pem"),
            ])
        guard made.status == 0 else { throw TestSupportError("openssl req failed: \(made.errorOutput)") }
        let port = try freePort()
        // It ends with its standard input.
        let process = try ChildProcess.start(
            "/bin/bash",
            [
                "-c", "sleep 600 | openssl s_server \"$@\"", "s_server", "-accept", "127.0.0.1:\(port)", "-key",
                folder.file("key.pem"), "-cert", folder.file("cert.pem"),
            ])
        try await eventually(within: .seconds(20), "openssl s_server listens") { process.output.contains("ACCEPT") }
        return TLSServer(url: "https://localhost:\(port)/external/users", process: process)
    }

    /// What clients have sent, among other things.
    var output: String { process.output }

    func stop() { process.kill() }
}

/// A server's certificate from an authority of the tests' own, made with `openssl` and good for two days.
package struct TestCertificate: Sendable {
    /// PEM: what a client trusts.
    package let authorityFile: String
    /// PEM: what the server shows.
    package let certificateFile: String
    package let keyFile: String

    /// - Parameter subjectAlternativeName: what the certificate is for, as in `DNS:localhost`.
    package static func make(subjectAlternativeName: String) async throws -> TestCertificate {
        let folder = try TemporaryFolder(prefix: "certificate")
        let made = TestCertificate(
            authorityFile: folder.file("authority.pem"), certificateFile: folder.file("server.pem"),
            keyFile: folder.file("server.key"))
        let common = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        try await openssl(
            common + [
                "-subj", "/CN=tests' authority", "-keyout", folder.file("authority.key"), "-out", made.authorityFile,
            ])
        try await openssl(
            common + [
                "-subj", "/CN=server", "-addext", "subjectAltName=\(subjectAlternativeName)", "-addext",
                "basicConstraints=critical,CA:FALSE", "-CA", made.authorityFile, "-CAkey",
                folder.file("authority.key"), "-keyout", made.keyFile, "-out", made.certificateFile,
            ])
        return made
    }

    private static func openssl(_ arguments: [String]) async throws {
        let result = try await ChildProcess.run("openssl", arguments)
        guard result.status == 0 else { throw TestSupportError("openssl: \(result.errorOutput)") }
    }
}

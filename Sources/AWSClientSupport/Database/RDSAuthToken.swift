package import SigV4

/// The password that Amazon RDS takes from a user with IAM authentication: a presigned request to connect, good for fifteen minutes.
///
/// The server recomputes its signature, so it is made for one host, port and user. A connection that was made with it lasts longer.
/// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
package enum RDSAuthToken {
    /// Seconds for which RDS accepts a token, its largest value.
    package static let lifetimeSeconds = 900

    /// - Parameters:
    ///   - host: the instance's own name, as RDS knows it; an alias of it gives a token that RDS refuses.
    ///   - signer: of the instance's region, for the service ``signingName``.
    /// - Returns: a secret: who has it can connect until it expires.
    package static func make(
        host: String, port: Int, user: String, signer: Signer, credentials: Credentials, date: SigningDate
    ) throws(SigningError) -> String {
        let authority = "\(host):\(port)"
        let signed = try signer.presign(
            SigningRequest(
                method: "GET", path: "/", query: "Action=connect&DBUser=\(PercentEncoding.encoded(user))",
                headers: [(name: "Host", value: authority)], payloadHash: .empty),
            credentials: credentials, date: date, expiresInSeconds: lifetimeSeconds)
        return "\(authority)/?\(signed.query)"
    }

    /// The name of the service in the credential scope.
    package static let signingName = "rds-db"
}

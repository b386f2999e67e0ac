import SigV4

/// The JSON document that containers, instances and credential processes give their credentials in.
enum CredentialDocument {
    /// - Parameter source: Named in errors, which never repeat what the document says.
    static func read(_ bytes: [UInt8], source: String) throws(CredentialError) -> TemporaryCredentials {
        var fields: [String: String] = [:]
        do {
            var reader = try JSONReader(bytes, limits: .init(maximumBytes: 64 << 10))
            fields = try reader.readStrings()
        } catch {
            throw CredentialError(.invalid, source: source, message: "its answer cannot be read: \(error)")
        }
        guard let accessKeyID = fields["AccessKeyId"], let secret = fields["SecretAccessKey"] else {
            // Codes are words; in a damaged document anything may stand in the place of one.
            let code = fields["Code"].flatMap {
                $0 == "Success" || !$0.allSatisfy { $0.isASCII && $0.isLetter } ? nil : $0
            }
            throw CredentialError(
                .invalid, source: source,
                message: code.map { "it says \(ErrorText.oneLine($0, maximumCharacters: 80))" }
                    ?? "its answer lacks AccessKeyId or SecretAccessKey")
        }
        var expiration: Int64?
        if let text = fields["Expiration"] {
            guard let seconds = ISO8601Date.unixSeconds(text) else {
                throw CredentialError(.invalid, source: source, message: "its Expiration is no RFC 3339 date")
            }
            expiration = seconds
        }
        return TemporaryCredentials(
            Credentials(
                accessKeyID: accessKeyID, secretAccessKey: secret,
                sessionToken: fields["SessionToken"] ?? fields["Token"]),
            expiration: expiration)
    }
}

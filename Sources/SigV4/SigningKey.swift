internal import CCrypto

/// The key of one secret and scope, derived by four HMACs and good for one day.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature>.
package struct SigningKey: Sendable, Redacted {
    private let key: HMACKey

    /// Derives the key.
    ///
    /// - Throws: ``SigningError/Code/cryptographyFailed`` when libcrypto refuses, for example a secret too short for its FIPS policy.
    package init(secretAccessKey: String, scope: CredentialScope) throws(SigningError) {
        var seed = Array("AWS4".utf8) + Array(secretAccessKey.utf8)
        defer { seed.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        var key = try HMACKey(seed)
        for part in [scope.day, scope.region, scope.service, CredentialScope.terminator] {
            key = try HMACKey(key.authenticate(Array(part.utf8)).bytes)
        }
        self.key = key
    }

    /// The signature of a string to sign.
    package func signature(of stringToSign: [UInt8]) throws(SigningError) -> SHA256Digest {
        try key.authenticate(stringToSign)
    }

    package var description: String { "SigningKey(redacted)" }
}

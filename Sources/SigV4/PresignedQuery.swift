/// A signature that travels in the query, so that the URL alone is enough until it expires.
///
/// The description is redacted: who holds the query can send the request.
package struct PresignedQuery: Sendable, Redacted {
    /// The whole raw query to send, without its `?`: the request's own parameters, those of the signature, and the signature.
    package let query: String
    /// What was hashed, to compare with a server that says `SignatureDoesNotMatch`. May hold the session token.
    package let canonicalRequest: String
    /// What the signing key signed.
    package let stringToSign: String
    /// 64 lowercase hexadecimal digits.
    package let signature: String

    package var description: String { "PresignedQuery(redacted)" }
}

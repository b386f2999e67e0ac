/// A signature that travels in the `Authorization` header.
///
/// The description is redacted: who holds the headers can send the request.
package struct HeaderSignature: Sendable, Redacted {
    /// The headers to add to the request as they are: `X-Amz-Date`, `X-Amz-Content-Sha256` and `X-Amz-Security-Token`
    /// where they apply, and `Authorization`.
    package let headers: [(name: String, value: String)]
    /// What was hashed, to compare with a server that says `SignatureDoesNotMatch`. May hold the session token.
    package let canonicalRequest: String
    /// What the signing key signed.
    package let stringToSign: String
    /// 64 lowercase hexadecimal digits.
    package let signature: String

    package var description: String { "HeaderSignature(redacted)" }
}

/// The request in the one spelling that the client signs and the server builds for itself.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>.
struct CanonicalRequest {
    let bytes: [UInt8]

    /// - Throws: ``SigningError/Code/invalidMethod`` and the errors of the path.
    init(
        _ request: SigningRequest,
        query: String,
        headers: CanonicalHeaders,
        signedHeaders: String,
        options: Signer.Options
    ) throws(SigningError) {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(ASCII.isToken) else {
            throw SigningError(
                .invalidMethod, "the method is not an HTTP token", remedy: "give a method such as GET or POST")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes += request.method.utf8
        bytes.append(UInt8(ascii: "\n"))
        bytes += try CanonicalPath.bytes(of: request.path, options: options)
        bytes.append(UInt8(ascii: "\n"))
        bytes += query.utf8
        bytes.append(UInt8(ascii: "\n"))
        headers.appendLines(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        bytes += signedHeaders.utf8
        bytes.append(UInt8(ascii: "\n"))
        bytes += request.payloadHash.hex.utf8
        self.bytes = bytes
    }
}

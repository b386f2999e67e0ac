/// A coding of a body that this client undoes (RFC 9110, section 8.4.1).
enum ContentCoding: Equatable, Sendable {
    case gzip
    case deflate

    /// Reads `Content-Encoding`; `nil`: the body is as it is.
    ///
    /// - Throws: ``ContentDecodingError/damaged(_:)`` for a coding, or a pile of codings, that was not asked for.
    static func coding(of headers: HTTPHeaders) throws(ContentDecodingError) -> ContentCoding? {
        var coding: ContentCoding?
        for value in headers.all("Content-Encoding") {
            for name in value.split(separator: ",").map({ $0.filter { $0 != " " && $0 != "\t" } }) {
                if name.equalsIgnoringCase("identity") || name.isEmpty { continue }
                guard coding == nil else { throw .damaged("the body is encoded more than once") }
                if name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip") {
                    coding = .gzip
                } else if name.equalsIgnoringCase("deflate") {
                    coding = .deflate
                } else {
                    throw .damaged("a content coding that was not asked for")
                }
            }
        }
        return coding
    }
}

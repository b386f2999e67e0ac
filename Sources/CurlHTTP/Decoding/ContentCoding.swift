/// The coding that a response says its body has (RFC 9110, section 8.4.1). What it has, the body's first bytes tell: see ``BodyFormat``.
enum ContentCoding: Equatable, Sendable {
    /// None, or none that is a coding.
    case identity
    case gzip
    case deflate

    /// Reads `Content-Encoding`.
    ///
    /// Some servers write a character set or a word for "nothing" there; these count as no coding.
    /// - Throws: ``ContentDecodingError/unsupported(_:)`` for a coding, or a pile of codings, that was not asked for.
    static func coding(of headers: HTTPHeaders) throws(ContentDecodingError) -> ContentCoding {
        var found: (coding: ContentCoding, name: Substring)?
        for value in headers.all("Content-Encoding") {
            for part in value.split(separator: ",") {
                let name = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
                let coding: ContentCoding
                switch name.lowercased() {
                case "", "identity", "none", "utf-8", "utf8": continue
                case "gzip", "x-gzip": coding = .gzip
                case "deflate": coding = .deflate
                default: throw .unsupported("the body's content coding is '\(Self.printable(name))'")
                }
                if let found {
                    throw .unsupported("the body is encoded more than once: \(found.name), \(Self.printable(name))")
                }
                found = (coding, name)
            }
        }
        return found?.coding ?? .identity
    }

    /// A name for a message: a header comes from outside.
    private static func printable(_ name: Substring) -> String {
        String(name.prefix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.*;=".contains($0)) ? $0 : "?" })
    }
}

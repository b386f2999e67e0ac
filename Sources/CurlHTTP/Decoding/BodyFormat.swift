/// What a body is, by its first bytes. Labels lie: a proxy unpacks a body and leaves its label, a server packs one and sets none.
enum BodyFormat: Equatable {
    case plain
    case compressed(Inflater.Format)

    /// Bytes that tell all formats apart.
    static let decidingBytes = 4

    /// - Parameters:
    ///   - head: The body's first bytes: ``decidingBytes`` of them, or all there are.
    ///   - label: What the response says.
    /// - Throws: ``ContentDecodingError/unsupported(_:)`` for a format that is recognised and not read.
    static func format(of head: ArraySlice<UInt8>, label: ContentCoding) throws(ContentDecodingError) -> BodyFormat {
        if head.starts(with: [0x1F, 0x8B]) { return .compressed(.gzip) }
        switch label {
        case .gzip:
            if isZlib(head) { return .compressed(.zlib) }
            return looksLikeText(head) ? .plain : .compressed(.gzip)
        case .deflate:
            if isZlib(head) { return .compressed(.zlib) }
            // Without the header of zlib any byte may come first. These two begin an array or a record, and as compressed data a final
            // block of a kind that is used for a few dozen bytes only.
            let isJSON = (head.first == UInt8(ascii: "[") || head.first == UInt8(ascii: "{")) && looksLikeText(head)
            return isJSON ? .plain : .compressed(.raw)
        case .identity:
            // Only the compression levels that zlib writes, since no label says so.
            if isZlib(head), [0x01, 0x5E, 0x9C, 0xDA].contains(head[head.startIndex + 1]) { return .compressed(.zlib) }
            for (magic, name) in foreign where head.starts(with: magic) {
                throw .unsupported("the body is \(name), without a label that says so")
            }
            return .plain
        }
    }

    /// RFC 1950, section 2.2.
    private static func isZlib(_ head: ArraySlice<UInt8>) -> Bool {
        guard head.count >= 2 else { return false }
        let (first, second) = (head[head.startIndex], head[head.startIndex + 1])
        return first & 0x0F == 8 && first >> 4 <= 7 && (UInt16(first) << 8 | UInt16(second)) % 31 == 0
    }

    /// How JSON or a page begins, after white space or a byte order mark, too. Followed by text.
    private static func looksLikeText(_ head: ArraySlice<UInt8>) -> Bool {
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { return true }
        guard let first = head.first, "[{< \t\r\n".utf8.contains(first) else { return false }
        return head.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }

    private static let foreign: [(magic: [UInt8], name: String)] = [
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([0x42, 0x5A, 0x68], "bzip2"), ([0xFD, 0x37, 0x7A, 0x58], "xz"),
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive"), ([0x04, 0x22, 0x4D, 0x18], "lz4"),
    ]
}

/// Builds the head of the final response from the header lines that libcurl hands over, one at a time.
///
/// Interim responses (1xx) are dropped, and so are the trailers of a chunked body.
struct ResponseHeadParser {
    enum Step: Equatable {
        case needsMore
        /// ``head`` is complete.
        case complete
        case malformed(String)
    }

    /// Bytes of header lines of one exchange, interim responses and trailers included.
    static let maximumBytes = 128 << 10

    private(set) var head = ResponseHead(status: 0, headers: HTTPHeaders())
    private var bytes = 0
    private var isComplete = false

    mutating func consume(line rawLine: UnsafeRawBufferPointer) -> Step {
        bytes += rawLine.count
        guard bytes <= Self.maximumBytes else { return .malformed("more than \(Self.maximumBytes) bytes of headers") }
        guard !isComplete else { return .needsMore }

        let line = Self.trimmed(rawLine[...])
        if line.isEmpty {
            guard head.status != 0 else { return .malformed("headers without a status line") }
            // An interim response is followed by another one.
            guard head.status >= 200 else { return .needsMore }
            isComplete = true
            return .complete
        }
        if line.starts(with: "HTTP/".utf8) {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard words.count >= 2, let status = Int(Self.text(words[1])), (100...999).contains(status) else {
                return .malformed("the status line has no status")
            }
            head = ResponseHead(status: status, headers: HTTPHeaders())
            return .needsMore
        }
        if let first = rawLine.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            head.headers.continueLast(Self.text(line))
            return .needsMore
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            return .malformed("a header line without a colon")
        }
        let name = Self.text(line[..<colon])
        let value = Self.text(Self.trimmed(line[line.index(after: colon)...]))
        // libcurl would undo such a coding by itself, without a bound on what it decodes while the reader has paused.
        if name.equalsIgnoringCase("Transfer-Encoding"), !value.equalsIgnoringCase("chunked") {
            return .malformed("a transfer coding other than chunked, which was not asked for")
        }
        head.headers.add(name: name, value: value)
        return .needsMore
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        guard let start = bytes.firstIndex(where: { !isBlank($0) }), let end = bytes.lastIndex(where: { !isBlank($0) })
        else {
            return bytes[bytes.endIndex...]
        }
        return bytes[start...end]
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

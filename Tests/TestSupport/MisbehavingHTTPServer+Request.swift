/// A request as it came over the wire.
package struct MisbehavingHTTPRequest: Sendable {
    package let method: String
    /// Path and query, raw.
    package let target: String
    /// The header lines, raw, in order, without line ends.
    package let headerLines: [String]
    package let body: [UInt8]

    /// The value of the first header of this name, compared without regard to case.
    package func header(_ name: String) -> String? {
        let prefix = name.lowercased() + ":"
        guard let line = headerLines.first(where: { $0.lowercased().hasPrefix(prefix) }) else { return nil }
        return String(line.dropFirst(prefix.count).drop { $0 == " " })
    }

    /// Reads one request from the front of the bytes; `nil` when it is not whole yet.
    static func parse(_ bytes: [UInt8]) -> (request: MisbehavingHTTPRequest, length: Int)? {
        // A head ends early in the bytes, however long the body is.
        let head = bytes.prefix(64 << 10)
        guard let end = head.indices.dropLast(3).first(where: { head[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8) })
        else {
            return nil
        }
        // "\r\n" is one character of a Swift string.
        var lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        let words = lines.removeFirst().split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        let length =
            lines.lazy.filter { $0.lowercased().hasPrefix("content-length:") }
            .compactMap { line in Int(line.dropFirst("content-length:".count).drop { $0 == " " }) }.first ?? 0
        guard bytes.count >= end + 4 + length else { return nil }
        let request = MisbehavingHTTPRequest(
            method: words[0], target: words[1], headerLines: lines, body: Array(bytes[(end + 4)..<(end + 4 + length)]))
        return (request, end + 4 + length)
    }
}

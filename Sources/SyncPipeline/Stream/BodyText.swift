import SyncCore

/// What the text of a body is, by its first bytes and by its label: `[` or `{` is the stream, `<` is a page, whatever the label says.
enum BodyText {
    /// How much of a body may be white space before it is taken for the stream all the same.
    private static let longestHead = 4_096

    /// Whether the bytes so far do not tell yet.
    static func needsMore(_ head: [UInt8]) -> Bool {
        head.count < 4 || head.count < longestHead && firstOfText(head) == nil
    }

    /// How to read the body.
    /// - Parameters:
    ///   - head: its first bytes, after its content coding was undone; all of it if it is short.
    ///   - contentType: the answer's `Content-Type`.
    /// - Throws: `StreamFailure` for what cannot be read, by name.
    static func encoding(head: [UInt8], contentType: String?) throws(StreamFailure) -> TextEncoding {
        if let name = unreadable(head) {
            throw StreamFailure(
                kind: .transport(transient: false),
                description: "the legacy API's body is \(name), which is not read: let the API send JSON in UTF-8")
        }
        if firstOfText(head) == UInt8(ascii: "<") {
            let label = contentType.map { " labelled \(printable($0))" } ?? ""
            throw StreamFailure(
                kind: .unexpectedContent,
                description:
                    "the legacy API answered 200 with a page\(label) instead of JSON; a proxy or a login page may be in between"
            )
        }
        // A mark says more than a label: only UTF-8 has this one.
        guard !head.starts(with: byteOrderMark), let charset = charset(of: contentType) else { return .utf8 }
        guard let encoding = TextEncoding(charset: charset) else {
            throw StreamFailure(
                kind: .transport(transient: false),
                description:
                    "the legacy API labels its body charset=\(printable(charset)), which is not read: let it send UTF-8, ISO-8859-1 or windows-1252"
            )
        }
        return encoding
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The first byte that is neither white space nor a part of the mark of UTF-8.
    private static func firstOfText(_ head: [UInt8]) -> UInt8? {
        head.dropFirst(head.starts(with: byteOrderMark) ? 3 : 0).first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    /// Text of two or four bytes a character, with its mark or without, and what is still compressed once its coding was undone.
    private static func unreadable(_ head: [UInt8]) -> String? {
        if head.starts(with: [0x1F, 0x8B]) { return "compressed twice" }
        if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) { return "in UTF-32" }
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return "in UTF-16" }
        guard head.count >= 4 else { return nil }
        // JSON begins with two ASCII characters, and none of them is NUL (RFC 4627, section 3).
        switch (head[0] == 0, head[1] == 0, head[2] == 0, head[3] == 0) {
        case (true, true, true, false), (false, true, true, true): return "in UTF-32 without a mark"
        case (true, false, true, false), (false, true, false, true): return "in UTF-16 without a mark"
        default: return nil
        }
    }

    /// The parameter `charset` of a media type (RFC 9110, section 8.3.1). Of several media types, which a proxy has joined to one line, and
    /// of several parameters, the first one counts.
    private static func charset(of contentType: String?) -> String? {
        guard let parameters = contentType?.split(separator: ",").lazy.flatMap({ $0.split(separator: ";").dropFirst() })
        else { return nil }
        for parameter in parameters {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, bare(parts[0]).lowercased() == "charset" else { continue }
            let value = bare(parts[1])
            return value.isEmpty ? nil : value
        }
        return nil
    }

    private static func bare(_ text: Substring) -> String {
        String(text.filter { $0 != "\"" && $0 != "'" && !$0.isWhitespace })
    }

    /// A header for a message: it comes from outside.
    private static func printable(_ text: String) -> String {
        String(text.prefix(80).map { $0.isASCII && !$0.isNewline && ($0.asciiValue ?? 0) >= 0x20 ? $0 : "?" })
    }
}

/// Just enough of XML to read an error document: the text of the first element of a name.
enum XMLText {
    static func element(_ name: String, in text: String) -> String? {
        guard let open = text.firstRange(of: "<\(name)>") else { return nil }
        let rest = text[open.upperBound...]
        guard let close = rest.firstRange(of: "</\(name)>") else { return nil }
        let content = rest[..<close.lowerBound]
        guard !content.contains("<") else { return nil }
        return unescape(content)
    }

    /// The five predefined entities; others stay as they are written.
    private static func unescape(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[ampersand...]
            if let entity = entities.first(where: { rest.hasPrefix($0.name) }) {
                result += entity.value
                rest = rest.dropFirst(entity.name.count)
            } else {
                result += "&"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private static let entities: [(name: String, value: String)] = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ]
}

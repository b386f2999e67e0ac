/// The parameters that a connection string names, in order, found without libpq.
///
/// libpq stops at the first one that it does not know, and takes none out. The grammar is that of
/// <https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING>: of a URI, its query; otherwise, keywords and values.
struct ConnectionStringParameters {
    struct Parameter: Equatable {
        let name: String
        /// Decoded; nil where no `=` follows the name.
        let value: String?
        /// As it stands in the string.
        fileprivate let source: Substring
    }

    let isURI: Bool
    let all: [Parameter]
    /// What stands before the parameters.
    private let head: Substring

    init(uri text: String) {
        isURI = true
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        let query = text[Self.afterLogin(text, from: start)...].firstIndex(of: "?") ?? text.endIndex
        head = text[..<query]
        all = text[query...].dropFirst().split(separator: "&", omittingEmptySubsequences: true).map { source in
            let name = source.prefix { $0 != "=" }
            let value = name.endIndex == source.endIndex ? nil : source[source.index(after: name.endIndex)...]
            return Parameter(
                name: Self.percentDecoded(name), value: value.map(Self.percentDecoded), source: source)
        }
    }

    init(keywordsAndValues text: String) {
        isURI = false
        head = text[..<text.startIndex]
        var rest = text[...]
        var found: [Parameter] = []
        while true {
            rest = rest.drop(while: Self.isBlank)
            guard !rest.isEmpty else { break }
            let start = rest.startIndex
            let name = rest.prefix { $0 != "=" && !Self.isBlank($0) }
            rest = rest[name.endIndex...].drop(while: Self.isBlank)
            var value: String?
            if rest.first == "=" {
                rest = rest.dropFirst().drop(while: Self.isBlank)
                value = Self.takeValue(&rest)
            }
            found.append(Parameter(name: String(name), value: value, source: text[start..<rest.startIndex]))
        }
        all = found
    }

    /// Where user and password of a URI end, as libpq finds it: behind the first `@`, unless a `/` comes before it. `?` and `#` in a
    /// password are part of it.
    /// - Returns: `start` when there are none.
    static func afterLogin(_ uri: String, from start: String.Index) -> String.Index {
        guard let end = uri[start...].firstIndex(where: { $0 == "@" || $0 == "/" }), uri[end] == "@" else {
            return start
        }
        return uri.index(after: end)
    }

    /// The last value of a parameter, which is the one that counts.
    func value(of name: String) -> String? { all.last { $0.name == name }?.value }

    /// The string without a parameter.
    func text(without name: String) -> String {
        let kept = all.filter { $0.name != name }.map(\.source)
        guard isURI else { return kept.joined(separator: " ") }
        return String(head) + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
    }

    private static func isBlank(_ character: Character) -> Bool {
        character.isASCII && character.isWhitespace
    }

    private static func takeValue(_ rest: inout Substring) -> String {
        var value = ""
        let isQuoted = rest.first == "'"
        if isQuoted { rest.removeFirst() }
        while let character = rest.first {
            if isQuoted ? character == "'" : isBlank(character) {
                if isQuoted { rest.removeFirst() }
                break
            }
            rest.removeFirst()
            if character == "\\", let escaped = rest.first {
                rest.removeFirst()
                value.append(escaped)
            } else {
                value.append(character)
            }
        }
        return value
    }

    private static func percentDecoded(_ text: Substring) -> String {
        guard text.contains("%") else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

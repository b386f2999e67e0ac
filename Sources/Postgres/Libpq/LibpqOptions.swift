import CLibpq

/// What libpq itself knows about connection options: their names, the values that a string states, and the values that the
/// environment and a service file add.
enum LibpqOptions {
    /// The version of libpq, for example 15, for errors.
    static var majorVersion: Int { Int(PQlibVersion()) / 10_000 }

    /// The names of all options, and the values of those that have one by default or by the environment.
    static func defaults() -> (names: Set<String>, values: [String: String]) {
        var names: Set<String> = []
        let values = collect(PQconndefaults()) { names.insert($0) }
        return (names, values)
    }

    /// The options that a connection string states; nil when libpq cannot read it. Its reason quotes the string, so it is not kept.
    static func stated(in text: String) -> [String: String]? {
        var complaint: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(text, &complaint)
        defer { PQfreemem(complaint) }
        return parsed == nil ? nil : collect(parsed)
    }

    /// The options that a connection with `stated` would use, those of its service included.
    ///
    /// libpq offers them of a connection only. So one is begun whose options cannot be used, which libpq finds out before it
    /// touches the network: a value that does not exist stands in the place of `channel_binding`, and for that one option, of `gssencmode`.
    ///
    /// - Returns: nil when libpq refuses something else, for example a service that no file defines.
    static func resolved(_ stated: [String: String]) -> [String: String]? {
        guard var values = probe(stated, spoiling: "channel_binding"),
            let other = probe(stated, spoiling: "gssencmode")
        else { return nil }
        values["channel_binding"] = other["channel_binding"]
        return values
    }

    private static func probe(_ stated: [String: String], spoiling name: String) -> [String: String]? {
        var pairs = stated.map { (keyword: $0.key, value: $0.value) }
        pairs.append((keyword: name, value: "!"))
        let connection = CStringPairs(pairs).withPointers { PQconnectStartParams($0, $1, 0) }
        defer { PQfinish(connection) }
        guard let connection, let message = PQerrorMessage(connection).map({ String(cString: $0) }),
            message.contains(name)
        else { return nil }
        return collect(PQconninfo(connection))
    }

    private static func collect(
        _ options: UnsafeMutablePointer<PQconninfoOption>?, _ visit: (String) -> Void = { _ in }
    ) -> [String: String] {
        var found: [String: String] = [:]
        var option = options
        while let current = option, let keyword = current.pointee.keyword {
            let name = String(cString: keyword)
            visit(name)
            if let value = current.pointee.val { found[name] = String(cString: value) }
            option = current + 1
        }
        PQconninfoFree(options)
        return found
    }
}

/// Keywords and values as the two null-terminated arrays of C strings that libpq takes.
struct CStringPairs {
    private let keywords: [[CChar]]
    private let values: [[CChar]]

    init(_ pairs: [(keyword: String, value: String)]) {
        keywords = pairs.map { Array($0.keyword.utf8CString) }
        values = pairs.map { Array($0.value.utf8CString) }
    }

    typealias Pointers = UnsafePointer<UnsafePointer<CChar>?>

    func withPointers<R>(_ body: (Pointers, Pointers) -> R) -> R {
        Self.withPointers(keywords[...], []) { keywords in
            Self.withPointers(values[...], []) { values in body(keywords, values) }
        }
    }

    private static func withPointers<R>(
        _ rest: ArraySlice<[CChar]>, _ found: [UnsafePointer<CChar>?], _ body: (Pointers) -> R
    ) -> R {
        guard let first = rest.first else { return body(found + [nil]) }
        return first.withUnsafeBufferPointer { withPointers(rest.dropFirst(), found + [$0.baseAddress], body) }
    }
}

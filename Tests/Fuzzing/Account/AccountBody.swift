import TestSupport

/// A sound body of the legacy API, with where everything in it is.
struct AccountBody {
    private(set) var bytes: [UInt8] = []
    /// The names of its users, each once. All of them are live.
    private(set) var names: [[UInt8]] = []
    /// Where its values at the top level are: arrays, or objects in a body without brackets.
    private(set) var values: [Range<Int>] = []
    /// Where a change can make another sound name: from the colon before a name to its end.
    private(set) var nameRanges: [Range<Int>] = []

    /// Whether a body of so many bytes ends between two values at the top level.
    func isBetweenValues(_ length: Int) -> Bool {
        !values.contains { $0.lowerBound < length && length < $0.upperBound }
    }

    init(using random: inout SeededGenerator) {
        let users = Int.random(in: 1...12, using: &random)
        if random.chance(1, in: 6) { bytes += "\u{FEFF}".utf8 }
        space(&random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: writeObjects(users, between: random.chance(1, in: 2) ? "\n" : ",", &random)
        case 1: writeArray(users, &random)
        default: writeArrays(users, &random)
        }
        space(&random)
    }

    private mutating func writeObjects(_ users: Int, between separator: String, _ random: inout SeededGenerator) {
        for index in 0..<users {
            let start = bytes.count
            writeUser(index, &random)
            values.append(start..<bytes.count)
            if index < users - 1 || separator == "\n" { bytes += separator.utf8 }
        }
    }

    private mutating func writeArray(_ users: Int, first: Int = 0, _ random: inout SeededGenerator) {
        let start = bytes.count
        bytes += "[".utf8
        for index in first..<first + users {
            space(&random)
            writeUser(index, &random)
            space(&random)
            if index < first + users - 1 { bytes += ",".utf8 }
        }
        bytes += "]".utf8
        values.append(start..<bytes.count)
    }

    /// Arrays glued together, as the real source sends them, with its junk between some of them.
    private mutating func writeArrays(_ users: Int, _ random: inout SeededGenerator) {
        var written = 0
        while written < users {
            let count = Int.random(in: 1...min(4, users - written), using: &random)
            writeArray(count, first: written, &random)
            written += count
            if random.chance(1, in: 4) { space(&random) }
            if random.chance(1, in: 5) { bytes += "{/dados/:/corrimpidos/}".utf8 }
        }
    }

    private mutating func space(_ random: inout SeededGenerator) {
        guard random.chance(1, in: 6) else { return }
        bytes += ([" ", "\n", "\r\n", "\t "].randomElement(using: &random) ?? "").utf8
    }

    private mutating func writeUser(_ index: Int, _ random: inout SeededGenerator) {
        let kind = Self.names.randomElement(using: &random) ?? ("", "")
        names.append(Array("\(kind.text)\(index)".utf8))
        var members = [
            "\"id\":\(index)", "\"userName\":\"\(kind.written)\(index)\"",
            "\"email\":\"\(Self.emails.randomElement(using: &random) ?? "")\"",
            "\"createdAt\":\"2024-05-01T10:00:0\(index % 10)Z\"", "\"deleted\":false",
        ]
        if random.chance(1, in: 3) { members.append(Self.extras.randomElement(using: &random) ?? "\"x\":1") }
        if random.chance(1, in: 3) { members.shuffle(using: &random) }
        bytes += "{".utf8
        for (place, member) in members.enumerated() {
            if place > 0 { bytes += ",".utf8 }
            let start = bytes.count
            bytes += member.utf8
            if member.hasPrefix("\"userName\"") { nameRanges.append(start..<bytes.count) }
        }
        bytes += "}".utf8
    }

    private static let names: [(text: String, written: String)] = [
        ("user", "user"), ("a", "a"), ("]", "]"), ("}{", "}{"), ("[,]", "[,]"), ("\"", "\\\""), ("\\", "\\\\"),
        ("é", "é"),
        ("é", "\\u00e9"), ("😀", "😀"), ("x y", "x y"), ("{\"id\":1}", "{\\\"id\\\":1}"),
    ]
    private static let emails = ["", "a@example.com", "]}", "[{", "\\\"", "\\\\", "é@x", "]"]
    private static let extras = [
        #""x":[1,[2]]"#, #""x":{"y":[{"z":[]}]}"#, #""x":[{"y":1}]"#, #""note":"]}""#, #""x":[]"#, #""x":null"#,
        #""roles":["admin","ops"]"#, #""x":[[[[{}]]]]"#,
    ]
}

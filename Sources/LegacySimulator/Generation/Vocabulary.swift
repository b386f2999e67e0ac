/// The words that user names and addresses are made of.
///
/// No word ends in a digit, so a name that ends in its record's index is unique.
struct Vocabulary: Sendable {
    let firstNames: [ShortWord]
    let lastNames: [ShortWord]
    let separators: [ShortWord]
    let domains: [ShortWord]
    let decorations: [Decoration]

    static let shared = Vocabulary()

    private init() {
        let firstNames: [StaticString] = [
            "ana", "bruno", "carla", "diego", "elena", "felipe", "gabriela", "henrique", "isabel", "joana", "karina",
            "lucas",
            "maria", "nelson", "olga", "paulo", "rafael", "sofia", "tiago", "ursula", "valter", "wagner", "ximena",
            "yara",
            "zeca", "alice", "bob", "chloe", "david", "emma", "frank", "grace",
        ]
        let lastNames: [StaticString] = [
            "souza", "silva", "santos", "oliveira", "pereira", "costa", "ferreira", "almeida", "carvalho", "gomes",
            "martins",
            "rocha", "ribeiro", "alves", "monteiro", "mendes", "barros", "freitas", "barbosa", "pinto", "moura",
            "nunes",
            "lopes", "dias", "smith", "jones", "miller", "garcia", "rossi", "novak", "kim", "tanaka",
        ]
        self.firstNames = firstNames.map { ShortWord($0) }
        self.lastNames = lastNames.map { ShortWord($0) }
        separators = [".", "_", "-", ""].map { (word: StaticString) in ShortWord(word) }
        let domains: [StaticString] = [
            "@example.com", "@example.org", "@example.net", "@mail.example", "@corp.example", "@uni.example",
            "@post.example",
            "@a.example",
        ]
        self.domains = domains.map { ShortWord($0) }
        decorations = Self.decorations.map { Decoration($0) }
    }

    /// Text that is easy to get wrong: what JSON must escape, what COPY, CSV and SQL treat specially, what XML 1.0 (and so SQS)
    /// forbids, all lengths of UTF-8, and look-alikes that must stay different. NUL is missing: no valid user can hold it.
    private static let decorations = [
        "é", "e\u{301}", "ção", "ñ", "ß", "Ø", "İ", "ı", "ſ", "Å", "\u{212B}", "ﬁ", "日本", "한글", "שלום", "مرحبا",
        "Ωμέγα",
        "Дмитрий", "😀", "👩‍👩‍👧‍👦", "🇧🇷", "👍🏽", "𝒜", "𠮷", "\u{10FFFF}", "\"", "\\", "\\\\", "/", "'", "`", "\t", "\n", "\r\n",
        "\u{8}", "\u{C}", "\u{1}", "\u{B}", "\u{1F}", "\u{7F}", "\u{85}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}",
        "\u{FFFD}",
        "\u{FFFE}", "\u{FFFF}", "\u{200B}", "\u{202E}", "{", "}", "[", "]", "}{", "{\"id\":1}", ",", ":", ";", " ",
        "  ", "\\N",
        "\\.", "\\x41", "\\u0041", "\\n", "'; DROP TABLE users; --", "%s", "$1", "&amp;", "<b>", "null", "(1,2)",
        "a\tb\\c\"d",
    ]
}

/// A piece of text with the two ways JSON can spell it.
struct Decoration: Sendable {
    let value: [UInt8]
    let scalars: Int
    /// JSON with only what must be escaped escaped.
    let plain: [UInt8]
    /// JSON with everything but letters and digits escaped, as `\uXXXX` and surrogate pairs.
    let escaped: [UInt8]

    init(_ text: String) {
        value = Array(text.utf8)
        scalars = text.unicodeScalars.count
        var plain: [UInt8] = []
        var escaped: [UInt8] = []
        for scalar in text.unicodeScalars {
            let units = Array(UTF16.encode(scalar).map { Array($0) } ?? [])
            let short: StaticString? =
                switch scalar {
                case "\"": "\\\""
                case "\\": "\\\\"
                case "\u{8}": "\\b"
                case "\u{C}": "\\f"
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                default: nil
                }
            if let short {
                plain += UnsafeBufferPointer(start: short.utf8Start, count: short.utf8CodeUnitCount)
            } else if scalar.value < 0x20 {
                plain += units.flatMap(Self.unicodeEscape)
            } else {
                plain += Array(String(scalar).utf8)
            }
            if scalar == "/" {
                escaped += [UInt8(ascii: "\\"), UInt8(ascii: "/")]
            } else if scalar.properties.isASCIIHexDigit {
                escaped += Array(String(scalar).utf8)
            } else {
                escaped += units.flatMap(Self.unicodeEscape)
            }
        }
        self.plain = plain
        self.escaped = escaped
    }

    private static func unicodeEscape(_ unit: UInt16) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return [UInt8(ascii: "\\"), UInt8(ascii: "u")]
            + stride(from: 12, through: 0, by: -4).map { digits[Int(unit >> UInt16($0)) & 15] }
    }
}

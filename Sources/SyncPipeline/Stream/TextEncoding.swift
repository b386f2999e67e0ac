/// A character set that a body may be labelled with, and its way to UTF-8.
enum TextEncoding: Sendable, Equatable {
    case utf8
    case latin1
    case windows1252

    /// - Parameter charset: A name from a label, in any case.
    init?(charset: String) {
        let name = charset.lowercased()
        guard let found = Self.names.first(where: { $0.names.contains(name) }) else { return nil }
        self = found.encoding
    }

    /// The registered names, those that browsers know (https://encoding.spec.whatwg.org/#names-and-labels), and those that databases and
    /// languages have for the same.
    private static let names: [(encoding: TextEncoding, names: Set<String>)] = [
        // ASCII is a part of UTF-8.
        (
            .utf8,
            [
                "utf-8", "utf8", "utf_8", "utf-8-sig", "utf8-sig", "utf8mb3", "utf8mb4", "al32utf8", "cp65001",
                "csutf8",
                "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8", "us-ascii", "ascii",
                "iso646-us",
                "ansi_x3.4-1968", "csascii",
            ]
        ),
        (
            .latin1,
            [
                "iso-8859-1", "iso8859-1", "iso_8859-1", "iso_8859-1:1987", "iso88591", "iso8859_1", "iso-ir-100",
                "latin1",
                "latin-1", "latin_1", "l1", "cp819", "ibm819", "csisolatin1",
            ]
        ),
        (.windows1252, ["windows-1252", "windows1252", "cp1252", "cp-1252", "x-cp1252", "win-1252", "cswindows1252"]),
    ]

    /// The text in UTF-8. Each byte stands for itself, so a text may be cut anywhere.
    func utf8(_ bytes: [UInt8]) -> [UInt8] {
        // ASCII, most of all text here, is the same in all of them.
        guard self != .utf8, bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 4)
        for byte in bytes {
            switch byte {
            case ..<0x80: result.append(byte)
            case 0x80..<0xA0 where self == .windows1252:
                result.append(contentsOf: Self.windows1252Table[Int(byte - 0x80)].utf8)
            default:
                result.append(0xC0 | byte >> 6)
                result.append(0x80 | byte & 0x3F)
            }
        }
        return result
    }

    /// What windows-1252 has in the place of control characters: https://encoding.spec.whatwg.org/index-windows-1252.txt
    private static let windows1252Table: [Character] = [
        "\u{20AC}", "\u{81}", "\u{201A}", "\u{0192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}", "\u{02C6}",
        "\u{2030}", "\u{0160}", "\u{2039}", "\u{0152}", "\u{8D}", "\u{017D}", "\u{8F}", "\u{90}", "\u{2018}",
        "\u{2019}",
        "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}", "\u{02DC}", "\u{2122}", "\u{0161}", "\u{203A}",
        "\u{0153}", "\u{9D}", "\u{017E}", "\u{0178}",
    ]
}

/// The one gate for text from outside: a source's answer, a server's error, a message's cause.
///
/// Whatever comes in, what goes out is safe for a terminal, a log, a row and a page: no control character (C0, DEL, C1), no line or
/// paragraph separator, no bidirectional or other invisible format character, and no more than so many characters.
package enum PrintableText {
    /// The longest that a message to a person may be, in characters.
    package static let messageLength = 4000

    /// The text as one line.
    /// - Parameter limit: characters at most; a longer text ends in an ellipsis.
    package static func line(_ text: some StringProtocol, limit: Int = messageLength) -> String {
        var result = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else {
                result.append("…")
                break
            }
            count += 1
            if isPrintable(scalar) {
                result.append(scalar)
            } else {
                result.append(separates(scalar) ? " " : "?")
            }
        }
        return String(result)
    }

    /// The text with its line feeds, each line made printable: for what this program laid out itself.
    package static func lines(_ text: some StringProtocol, limit: Int = .max) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line($0, limit: limit) }
            .joined(separator: "\n")
    }

    /// Whether a terminal shows the scalar as itself and obeys nothing.
    @inline(__always)
    package static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// Whether the scalar ends a line or commands a terminal. What it stood between stays apart.
    private static func separates(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// The scalar as JSON escapes it: `\u001b`, or two of them for one above U+FFFF.
    package static func jsonEscape(_ scalar: Unicode.Scalar) -> String {
        UTF16.encode(scalar).map { units in
            units.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        } ?? ""
    }

    /// A JSON document in which every character that a terminal could obey is escaped. Line feeds between values stay.
    package static func json(_ document: String) -> String {
        guard !document.unicodeScalars.allSatisfy({ isPrintable($0) || $0 == "\n" }) else { return document }
        var result = ""
        for scalar in document.unicodeScalars {
            if isPrintable(scalar) || scalar == "\n" {
                result.unicodeScalars.append(scalar)
            } else {
                result += jsonEscape(scalar)
            }
        }
        return result
    }
}

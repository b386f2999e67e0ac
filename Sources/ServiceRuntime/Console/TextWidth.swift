import SyncCore

/// How many columns of a terminal a text takes: wide East Asian characters take two, marks that combine take none, and
/// escape sequences that only set the style take none either.
package enum TextWidth {
    package static func columns(of text: String) -> Int {
        var columns = 0
        var inEscape = false
        for scalar in text.unicodeScalars {
            if inEscape {
                // "ESC [ parameters letter": the letter ends it.
                inEscape = !(scalar.properties.isAlphabetic && scalar.isASCII)
            } else if scalar == "\u{1b}" {
                inEscape = true
            } else {
                columns += width(of: scalar)
            }
        }
        return columns
    }

    /// The longest beginning of a text without escape sequences that takes at most so many columns, ending in an ellipsis
    /// where something was left out.
    package static func cut(_ text: String, to limit: Int, ellipsis: String = "…") -> String {
        guard columns(of: text) > limit else { return text }
        let room = limit - columns(of: ellipsis)
        guard room > 0 else { return String(ellipsis.prefix(max(0, limit))) }
        var columns = 0
        var result = ""
        for character in text {
            let width = Self.columns(of: String(character))
            guard columns + width <= room else { break }
            columns += width
            result.append(character)
        }
        return result + ellipsis
    }

    /// A text on one line, with nothing in it that a terminal would obey: what comes from a database or a server is data.
    package static func printable(_ text: String) -> String { PrintableText.line(text, limit: .max) }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        // The blocks that Unicode's East Asian Width property calls wide, in whole ranges:
        // https://www.unicode.org/reports/tr11/
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

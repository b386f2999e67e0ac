/// Makes bytes from a damaged stream fit for a terminal, a log and a text column.
package enum Excerpt {
    /// Returns the bytes as text: what is broken UTF-8 becomes `\xHH`, and every scalar that does not print, or would
    /// change how its neighbours print, becomes `\u{H}`; NUL, control and bidirectional formatting characters are
    /// among them.
    ///
    /// - Parameter isCut: whether bytes that followed were left off, so that an incomplete scalar at the end is
    ///   no damage; it is dropped.
    package static func printable(_ bytes: some Collection<UInt8>, isCut: Bool) -> String {
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            if (0x20..<0x7F).contains(first) {
                text.unicodeScalars.append(Unicode.Scalar(first))
                rest = rest.dropFirst()
                continue
            }
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            let piece = rest.prefix(length)
            if let character = String(validating: piece, as: UTF8.self), let scalar = character.unicodeScalars.first,
                character.unicodeScalars.count == 1
            {
                if isPrintable(scalar) {
                    text.unicodeScalars.append(scalar)
                } else {
                    text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
                }
                rest = rest.dropFirst(length)
            } else if isCut, piece.count < length, rest.count < 4, piece.dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 }) {
                break
            } else {
                text += first < 0x10 ? "\\x0" : "\\x"
                text += String(first, radix: 16, uppercase: true)
                rest = rest.dropFirst()
            }
        }
        return text
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

import SyncCore

extension [UInt8] {
    /// Appends a text as a value of CSV: by [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) in quotes where it needs them, and
    /// quotes in it doubled. What a terminal could obey is replaced. A text that a spreadsheet would run as a formula gets an
    /// apostrophe before it, as [OWASP advises](https://owasp.org/www-community/attacks/CSV_Injection).
    mutating func appendCSV(_ text: String) {
        let printable = PrintableText.line(text, limit: .max)
        let quote = UInt8(ascii: "\"")
        // What no terminal may obey has become a space or a question mark: it was there, whatever it began.
        let isFormula =
            printable.unicodeScalars.first.map(formulaStarts.contains) ?? false
            || text.utf8.first.map { $0 < 0x20 } ?? false
        let special: [UInt8] = [quote, UInt8(ascii: ","), UInt8(ascii: " ")]
        guard isFormula || printable.utf8.contains(where: special.contains) else {
            self += printable.utf8
            return
        }
        append(quote)
        if isFormula { append(UInt8(ascii: "'")) }
        for byte in printable.utf8 {
            if byte == quote { append(quote) }
            append(byte)
        }
        append(quote)
    }
}

/// Some spreadsheets read the full-width forms as the plain ones.
private let formulaStarts = Array("=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars)

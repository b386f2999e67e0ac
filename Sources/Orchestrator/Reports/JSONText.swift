import SyncCore

extension [UInt8] {
    /// Appends a text as a string of JSON, as `SyncLogReport.encode` writes one but for its short escapes: what a terminal would obey
    /// is escaped.
    mutating func appendJSON(_ text: String) {
        append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                append(UInt8(ascii: "\\"))
                self += String(scalar).utf8
            case _ where PrintableText.isPrintable(scalar): self += String(scalar).utf8
            default: self += PrintableText.jsonEscape(scalar).utf8
            }
        }
        append(UInt8(ascii: "\""))
    }
}

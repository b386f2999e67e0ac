extension String {
    /// With `\u{…}` for each character beyond ASCII: what every encoding of a database takes.
    var escapedToASCII: String {
        unicodeScalars.reduce(into: "") { $0 += $1.isASCII ? String($1) : "\\u{\(String($1.value, radix: 16))}" }
    }
}

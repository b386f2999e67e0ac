/// Splits a text into words as a POSIX shell does, quotes and backslashes undone: Python's `shlex.split`.
enum ShellWords {
    /// - Returns: `nil` when a quotation is not closed, or a backslash is the last character.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var quote: Unicode.Scalar?
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch (scalar, quote) {
            case (_, let open?) where scalar == open:
                quote = nil
            case ("\\", nil), ("\\", "\""):
                guard let escaped = scalars.popFirst() else { return nil }
                // Within quotation marks a backslash stands for itself, unless one of the two follows.
                if quote != nil, escaped != "\"", escaped != "\\" { word?.append(scalar) }
                word = (word ?? .init()) + [escaped]
            case ("'", nil), ("\"", nil):
                quote = scalar
                word = word ?? .init()
            case (" ", nil), ("\t", nil), ("\r", nil), ("\n", nil):
                if let whole = word { words.append(String(whole)) }
                word = nil
            default:
                word = (word ?? .init()) + [scalar]
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(String(word)) }
        return words
    }
}

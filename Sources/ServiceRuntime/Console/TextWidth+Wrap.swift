extension TextWidth {
    /// Breaks a text without escape sequences between words, and within a word that is wider than a line.
    /// - Parameter width: columns that a line may take, at least 1.
    /// - Returns: one line at least.
    package static func wrap(_ text: String, to width: Int) -> [String] {
        let width = max(1, width)
        var lines: [String] = []
        var line = ""
        var taken = 0
        func add(_ word: Substring) {
            var rest = word
            while true {
                let needed = columns(of: String(rest))
                if !line.isEmpty, taken + 1 + needed <= width {
                    line += " \(rest)"
                    taken += 1 + needed
                    return
                }
                if !line.isEmpty { lines.append(line) }
                (line, taken) = ("", 0)
                guard needed > width else {
                    (line, taken) = (String(rest), needed)
                    return
                }
                let piece = beginning(of: rest, columns: width)
                lines.append(String(piece))
                rest = rest[piece.endIndex...]
            }
        }
        for word in text.split(separator: " ") { add(word) }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }

    /// As many characters as fit, one at least.
    private static func beginning(of text: Substring, columns limit: Int) -> Substring {
        var taken = 0
        var end = text.startIndex
        while end < text.endIndex {
            taken += columns(of: String(text[end]))
            guard taken <= limit || end == text.startIndex else { break }
            end = text.index(after: end)
        }
        return text[..<end]
    }
}

extension String {
    /// Without white space, line breaks and byte order marks at both ends.
    package var trimmingSpace: String {
        let isSpace = { (character: Character) in character.isWhitespace || character == "\u{FEFF}" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}

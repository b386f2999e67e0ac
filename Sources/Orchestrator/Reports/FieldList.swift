import ServiceRuntime

/// The fields that a sync reads, as reports name them.
enum FieldList {
    /// - Parameter extraKeys: the JSON keys of the extra fields.
    /// - Returns: a line with its name; none where no extra field is read: the five of every user need no word.
    static func lines(_ extraKeys: [String]) -> [(String, String)] {
        guard !extraKeys.isEmpty else { return [] }
        return [
            ("fields", "the five of every user, and " + extraKeys.map(TextWidth.printable).joined(separator: ", "))
        ]
    }
}

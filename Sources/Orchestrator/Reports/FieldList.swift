import ServiceRuntime

/// The fields that a sync reads, as reports name them.
enum FieldList {
    /// - Parameter extraKeys: the JSON keys of the extra fields.
    /// - Returns: nil when there are none: the five of every user need no word.
    static func text(_ extraKeys: [String]) -> String? {
        guard !extraKeys.isEmpty else { return nil }
        return "the five of every user, and " + extraKeys.map(TextWidth.printable).joined(separator: ", ")
    }
}

/// The parts of a setting's value that an error may repeat.
///
/// A secret can end up in any setting, for example when two lines of an env file are swapped. So an error names the setting and the
/// allowed values, and repeats a wrong value only if it is a number or a path.
package enum ShownValue {
    /// The end of a sentence that says what is allowed, such as `, not '7200'`; empty unless the value is a number, perhaps with a unit.
    package static func not(_ text: String) -> String {
        isNumber(text) ? ", not '\(text)'" : ""
    }

    /// A path, if it begins like one; other text is not repeated.
    package static func path(_ path: String) -> String {
        isPath(path) ? path : "a path that does not begin with /"
    }

    /// Whether a text begins like a path, and like no key or token.
    package static func isPath(_ text: String) -> Bool {
        ["/", "./", "../", "~/"].contains { text.hasPrefix($0) }
    }

    /// Longer than any sensible number of a setting, and shorter than a token.
    private static let longestNumber = 12

    private static func isNumber(_ text: String) -> Bool {
        text.utf8.count <= longestNumber && text.wholeMatch(of: #/[-+]?[0-9]+(?:\.[0-9]+)?[a-z%]?/#) != nil
    }
}

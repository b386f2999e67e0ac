/// What a message may repeat of a setting's value.
///
/// Somebody who swaps two lines of an env file puts a secret into a setting that is none. So an error names the setting and what is
/// allowed, and repeats only what hardly ever is a secret: a number, or the path of a file.
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

/// How a program words its own events for a person at a terminal. An event without a phrase is its message and its fields.
package struct TerminalPhrases: Sendable {
    /// One line without its end; nil when a field is missing that it needs.
    package typealias Phrase = @Sendable (LogFields) -> String?

    private let phrases: [String: Phrase]

    /// - Parameter phrases: by the event's message, word for word.
    package init(_ phrases: [String: Phrase] = [:]) {
        self.phrases = phrases
    }

    /// The messages that have a phrase.
    package var messages: [String] { phrases.keys.sorted() }

    /// Those that only a program wants to read.
    private static let hidden: Set<String> = ["trace_id", "message_id"]

    package func line(_ message: String, _ fields: LogFields) -> String {
        if let phrase = phrases[message]?(fields) { return phrase }
        let rest = fields.rest(without: Self.hidden.union(["error"]))
        return message + (rest.isEmpty ? "" : " (\(rest))") + (fields.text("error").map { ": \($0)" } ?? "")
    }
}

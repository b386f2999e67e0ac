/// How log lines look (`LOG_FORMAT`).
package enum LogFormat: String, CaseIterable, Sendable {
    /// One JSON object a line, for log collectors.
    case json
    /// One readable line with every field.
    case text
}

/// What is made of a log event.
package enum LogLook: Sendable {
    /// One line, for programs or for people who want every field.
    case format(LogFormat)
    /// Short lines for a person at a terminal, who has chosen nothing else.
    case terminal(TerminalPhrases)
}

/// How log lines look (`LOG_FORMAT`).
package enum LogFormat: String, CaseIterable, Sendable {
    /// One JSON object a line, for log collectors.
    case json
    /// One readable line, for a terminal.
    case text
}

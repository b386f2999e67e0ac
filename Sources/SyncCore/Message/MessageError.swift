/// Why a message was refused: nothing of it may be applied.
package struct MessageError: Error, Sendable, Hashable {
    /// What is wrong with the message.
    package enum Code: String, Sendable, CaseIterable {
        /// The body does not begin as a message of this service does.
        case notAMessage
        /// The body is of a format version that this build does not read.
        case unsupportedVersion
        /// The header line is malformed, or one of its numbers is missing or out of range.
        case invalidHeader
        /// The body is larger than any message can be.
        case tooLarge
        /// The body ends inside a line.
        case truncated
        /// The header announces another number of users than there are lines.
        case wrongCount
        /// A number of a user line is missing or malformed.
        case invalidNumber
        /// A number does not fit 64 bits.
        case numberOverflow
        /// A creation time lies outside the years 0000 to 9999.
        case createdAtOutOfRange
        /// The flags are no known sum, or a boolean is neither `t` nor `f`.
        case invalidFlags
        /// A user line ends before its last field.
        case missingField
        /// A user line goes on after its last field.
        case extraField
        /// A user has no name.
        case emptyUserName
        /// A backslash is not followed by an escape of the format.
        case invalidEscape
        /// A text holds NUL, bare or as an escape, which PostgreSQL cannot store.
        case nulCharacter
        /// A control character stands in a text without an escape.
        case controlCharacter
        /// A text is not UTF-8 once its escapes are replaced.
        case invalidUTF8
    }

    package let code: Code
    /// Where reading stopped, in bytes from the start of the body.
    package let offset: Int
    /// The user line that was being read, from 0; nil in the header and after the last line.
    package let row: Int?
    /// Numbers that explain the code, such as the version found; never data of a user.
    package let detail: String?
    /// The body's format version, when a newer build can read it and this one cannot.
    package internal(set) var newerVersion: Int64?

    init(_ code: Code, offset: Int, row: Int? = nil, detail: String? = nil) {
        self.code = code
        self.offset = offset
        self.row = row
        self.detail = detail
    }
}

extension MessageError: CustomStringConvertible {
    package var description: String {
        let place = row.map { "user line \($0), byte \(offset)" } ?? "byte \(offset)"
        let explanation = detail.map { " (\($0))" } ?? ""
        return "message refused: \(code.rawValue) at \(place)\(explanation); \(nextStep)"
    }

    /// What an operator does about it.
    package var nextStep: String {
        switch code {
        case .unsupportedVersion:
            "this worker reads versions 1 to \(MessageFormat.readableVersions.upperBound): bring workers and orchestrator to the same release"
        case .notAMessage:
            "something else writes to this queue: find the sender, and look at the message in the dead-letter queue"
        default:
            "the message was damaged or not written by this service: look at it in the dead-letter queue and run the sync again"
        }
    }
}

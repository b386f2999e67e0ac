/// What a sync notes about a user in a ``UserIndex``.
package struct UserMarks: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The slot holds a user.
    static let taken = UserMarks(rawValue: 1 << 0)
    /// Two names have this digest: nothing about them may be concluded.
    package static let ambiguous = UserMarks(rawValue: 1 << 1)
    /// The row is marked as deleted.
    package static let deleted = UserMarks(rawValue: 1 << 2)
    /// A record of this name came in the latest attempt of the stream, sound or not.
    package static let seen = UserMarks(rawValue: 1 << 3)
    /// A record of this name was not sent, because the row is known to make it needless.
    package static let reliedOn = UserMarks(rawValue: 1 << 4)
    /// A record of this name was sent, in any attempt: the row may be another one by now.
    package static let sent = UserMarks(rawValue: 1 << 5)
    /// A record of this name waits for the end of the stream.
    package static let heldBack = UserMarks(rawValue: 1 << 6)
    /// A record that could not be taken named the user; only a forecast notes that apart from ``seen``, and it holds nobody back.
    package static let named = UserMarks.heldBack
    /// The user was not in the table; only a forecast adds such.
    package static let new = UserMarks(rawValue: 1 << 7)
    /// A record of this name in the latest attempt is at least as new as the row; only a filter notes that, which adds no user.
    static let reached = UserMarks.new
}

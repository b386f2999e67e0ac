/// How much of the stream a sync sends.
package enum SyncMode: String, Sendable, CaseIterable {
    /// Only users that are new, or that differ from what the table holds.
    case delta
    /// Every user.
    case full
}

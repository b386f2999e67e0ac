/// How long a stream has gone without a whole record, by the time that was spent waiting for its bytes.
///
/// The limit on silence alone is not enough: blanks, or one endless object, can keep a stream busy for ever. What a sync itself
/// takes, for example while the queue is away, is not the source's pause and does not count.
package struct RecordPause: Sendable {
    package let limit: Duration
    private var waited = Duration.zero
    private var records = 0

    package init(limit: Duration) {
        self.limit = limit
    }

    /// Takes note of a wait for bytes and of how many whole records have come so far.
    /// - Returns: whether the pause is too long now.
    package mutating func isTooLong(afterWaiting time: Duration, records: Int) -> Bool {
        if records != self.records {
            self.records = records
            waited = .zero
            return false
        }
        waited += time
        return waited >= limit
    }
}

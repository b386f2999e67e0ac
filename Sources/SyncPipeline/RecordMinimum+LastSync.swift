import SyncCore

extension RecordMinimum {
    /// - Parameter last: our own last completed sync; a row of an earlier service has counted no records.
    init(percent: Int, after last: SyncLogEntry?) {
        self.init(percent: percent, expected: last?.counters.received)
    }
}

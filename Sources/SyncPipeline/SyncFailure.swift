import SyncCore

/// Why a sync ends as FAILED: one sentence for the SyncLog, saying what happened and what to do.
package struct SyncFailure: Error, CustomStringConvertible, Equatable {
    package let description: String
    /// Only batches are missing: once they are applied, by a redrive or by workers that return, the sync is complete.
    package let lacksBatches: Bool

    package init(_ description: String, lacksBatches: Bool = false) {
        self.description = description
        self.lacksBatches = lacksBatches
    }

    /// The source sent too little, as two readings say.
    init(_ shortage: RecordMinimum.Shortage) {
        self.init(
            "\(shortage), and a second reading agreed: every user that came is applied, and nobody was marked as deleted; check the "
                + "source, and if that is all it has, accept it once with 'orchestrator sync --minimum-percent 0'")
    }
}

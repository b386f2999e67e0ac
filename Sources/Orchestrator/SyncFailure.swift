/// Why a sync ends as FAILED: one sentence for the SyncLog, saying what happened and what to do.
struct SyncFailure: Error, CustomStringConvertible, Equatable {
    let description: String
    /// Nothing but batches is missing: once they are applied, by a redrive or by workers that come back, the sync is complete.
    let lacksBatches: Bool

    init(_ description: String, lacksBatches: Bool = false) {
        self.description = description
        self.lacksBatches = lacksBatches
    }
}

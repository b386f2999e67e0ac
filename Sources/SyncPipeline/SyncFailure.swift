/// Why a sync ends as FAILED: one sentence for the SyncLog, saying what happened and what to do.
package struct SyncFailure: Error, CustomStringConvertible, Equatable {
    package let description: String
    /// Only batches are missing: once they are applied, by a redrive or by workers that return, the sync is complete.
    package let lacksBatches: Bool

    package init(_ description: String, lacksBatches: Bool = false) {
        self.description = description
        self.lacksBatches = lacksBatches
    }
}

/// Why a sync ends as FAILED: one sentence for the SyncLog, saying what happened and what to do.
struct SyncFailure: Error, CustomStringConvertible, Equatable {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

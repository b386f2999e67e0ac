/// What was deleted of old syncs, or would be.
package struct PrunedHistory: Sendable, Equatable {
    /// Syncs of which nothing but the row is left.
    package private(set) var syncs = 0
    /// The oldest and the newest of them; nil when there are none.
    package private(set) var first: Int64?
    package private(set) var last: Int64?
    private var rows: [HistoryPart: Int] = [:]
    /// Whether nothing is left that could go: false when time was up, or a sync began.
    package var isComplete = true

    package init() {}

    /// Rows of one table.
    package subscript(part: HistoryPart) -> Int {
        get { rows[part] ?? 0 }
        set { rows[part] = newValue == 0 ? nil : newValue }
    }

    /// Rows of all tables.
    package var total: Int { rows.values.reduce(0, +) }

    /// Adds syncs that are done.
    package mutating func add(_ count: Int, from first: Int64, to last: Int64) {
        syncs += count
        self.first = min(self.first ?? first, first)
        self.last = max(self.last ?? last, last)
    }
}

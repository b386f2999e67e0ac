/// Which batches the queue accepted in this sync, and in which lane each went: two bytes and a bit a batch.
package struct SentBatches: Sendable {
    /// Lane by position; -1 for a number that was never accepted.
    private var lanes: [Int32] = []
    private let first: Int64
    /// How many batches were accepted.
    package private(set) var count = 0

    /// - Parameter first: the lowest batch number of the sync.
    package init(first: Int64) {
        self.first = first
    }

    /// Notes that the queue accepted a batch; noting it twice changes nothing.
    package mutating func insert(number: Int64, lane: Int) {
        let position = Int(number - first)
        guard position >= 0 else { return }
        while lanes.count <= position { lanes.append(-1) }
        guard lanes[position] < 0 else { return }
        lanes[position] = Int32(lane)
        count += 1
    }

    /// The batches that are sent but not in the ledger.
    /// - Parameter applied: batch numbers found in the ledger, in any order.
    package func outstanding(applied: some Sequence<Int64>) -> [(number: Int64, lane: Int)] {
        var missing = lanes
        for number in applied {
            let position = Int(number - first)
            if missing.indices.contains(position) { missing[position] = -1 }
        }
        return missing.enumerated().compactMap { position, lane in
            lane < 0 ? nil : (first + Int64(position), Int(lane))
        }
    }

    /// "3 of 1000 batches outstanding: 17 (lane 4), 18 (lane 9), 21 (lane 4)", shortened after the first few.
    package func describeOutstanding(applied: some Sequence<Int64>, limit: Int = 8) -> String {
        let missing = outstanding(applied: applied)
        let named = missing.prefix(limit).map { "\($0.number) (lane \($0.lane))" }.joined(separator: ", ")
        let rest = missing.count > limit ? " and \(missing.count - limit) more" : ""
        return "\(missing.count) of \(count) batches outstanding: \(named)\(rest)"
    }
}

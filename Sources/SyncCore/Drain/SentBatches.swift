/// Which batches the queue accepted in this sync, in which lane each went, and how many users they hold: four bytes per batch.
///
/// Batches are numbered from 1 without a gap, and each one is sent or the sync fails. So at the end of a sync that can complete, the
/// numbers that were sent are 1 to ``count``, and that is how the sync's row keeps them.
package struct SentBatches: Sendable {
    /// Lane by position; -1 for a number that was never accepted.
    private var lanes: [Int32] = []
    /// How many batches were accepted.
    package private(set) var count = 0
    /// Users in the accepted batches.
    package private(set) var users = 0

    package init() {}

    /// Whether the accepted numbers are 1 to ``count``, as they must be for the sync to complete.
    package var isGapless: Bool { count == lanes.count }

    /// Notes that the queue accepted a batch; noting it twice changes nothing.
    package mutating func insert(number: Int64, lane: Int, users: Int) {
        guard number >= 1 else { return }
        let position = Int(number - 1)
        while lanes.count <= position { lanes.append(-1) }
        guard lanes[position] < 0 else { return }
        lanes[position] = Int32(lane)
        count += 1
        self.users += users
    }

    /// The batches that are sent but not in the ledger.
    /// - Parameter applied: batch numbers found in the ledger, in any order.
    package func outstanding(applied: some Sequence<Int64>) -> [(number: Int64, lane: Int)] {
        var missing = lanes
        for number in applied where number >= 1 && number <= lanes.count { missing[Int(number - 1)] = -1 }
        return missing.enumerated().compactMap { position, lane in
            lane < 0 ? nil : (Int64(position + 1), Int(lane))
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

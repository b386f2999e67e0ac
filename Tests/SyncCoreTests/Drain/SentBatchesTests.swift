import SyncCore
import Testing

@Suite("The batches that were sent")
struct SentBatchesTests {
    @Test("count, users and gaps, in whatever order the queue accepts them, and however often it says so")
    func sums() {
        var sent = SentBatches()
        #expect(sent.isGapless)
        for number: Int64 in [2, 3, 3, 1, 5, 2] { sent.insert(number: number, lane: 0, users: Int(number) * 100) }
        #expect(sent.count == 4 && sent.users == 1100)
        #expect(!sent.isGapless)
        sent.insert(number: 4, lane: 0, users: 400)
        #expect(sent.isGapless)
    }

    @Test("what is outstanding is what was sent and is not applied, whatever else the ledger holds")
    func outstanding() {
        var sent = SentBatches()
        for number: Int64 in 1...4 { sent.insert(number: number, lane: Int(number) * 10, users: 1) }
        let missing = sent.outstanding(applied: [2, 900_000, 0, -1, 4])
        #expect(missing.map(\.number) == [1, 3] && missing.map(\.lane) == [10, 30])
        #expect(sent.describeOutstanding(applied: [1, 2]) == "2 of 4 batches outstanding: 3 (lane 30), 4 (lane 40)")
    }
}

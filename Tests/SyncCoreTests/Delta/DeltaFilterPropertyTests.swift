import Fuzzing
import TestSupport
import Testing

@testable import SyncCore

@Suite("Delta filter, any stream")
struct DeltaFilterPropertyTests {
    /// Few names, times and addresses, so that all kinds of repetition come up.
    private func user(names: Int, using generator: inout SeededGenerator) -> SampleUser {
        SampleUser(
            legacyID: Int64.random(in: 1...2, using: &generator),
            userName: "user\(Int.random(in: 0..<names, using: &generator))",
            email: "\(Int.random(in: 0..<2, using: &generator))@example.com",
            createdAt: Int64.random(in: 0..<4, using: &generator), deleted: Bool.random(using: &generator))
    }

    @Test(
        "what is sent makes of the table what all records would have made of it, and every record is accounted for",
        arguments: [0, 100, 1 << 20])
    func exact(heldBytes: Int) {
        for seed in 0..<UInt64(fuzzCases(300)) {
            var generator = SeededGenerator(seed: seed)
            let before = DeltaTable((0..<12).map { _ in user(names: 8, using: &generator) })
            let hasher = UserHasher()
            let filter = DeltaFilter(
                hasher: hasher, index: before.index(hasher), mode: .delta, maximumHeldBytes: heldBytes)
            var table = before
            var expected = before
            // The first attempts are cut at a random place; what they sent has been applied.
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                filter.beginAttempt(.delta)
                for _ in 0..<Int.random(in: 0...20, using: &generator) {
                    let record = user(names: 10, using: &generator)
                    guard filter.judge(record).isSent else { continue }
                    table.apply(record)
                    expected.apply(record)
                }
            }
            filter.beginAttempt(.delta)
            let stream = (0..<30).map { _ in user(names: 10, using: &generator) }
            let sent = filter.read(stream)
            for record in sent { table.apply(record) }
            for record in stream { expected.apply(record) }
            #expect(table.rows == expected.rows, "seed \(seed)")
            #expect(filter.counts.skipped + filter.counts.superseded + sent.count == stream.count, "seed \(seed)")
            #expect(table.proof(of: filter).touched == 0, "seed \(seed)")
        }
    }

    @Test("a user who is said to be new is in the table neither from before nor from this sync, whatever collides")
    func newIsNew() {
        var found = 0
        for seed in 0..<UInt64(fuzzCases(300)) {
            var generator = SeededGenerator(seed: seed)
            var table = DeltaTable((0..<12).map { _ in user(names: 8, using: &generator) })
            let hasher = UserHasher(using: &generator, nameMask: seed.isMultiple(of: 2) ? .max : 0x3)
            let filter = DeltaFilter(hasher: hasher, index: table.index(hasher), mode: .delta)
            for _ in 0..<3 {
                filter.beginAttempt(seed.isMultiple(of: 3) ? .full : .delta)
                for _ in 0..<20 {
                    let record = user(names: 14, using: &generator)
                    let verdict = filter.judge(record)
                    if verdict == .sendNew {
                        found += 1
                        #expect(table.rows[record.userName] == nil, "seed \(seed)")
                    }
                    if verdict.isSent { table.apply(record) }
                }
            }
        }
        #expect(found > 0)
    }

    @Test("rows that someone else changes or removes in mid-sync are found by the proof whenever the table ends wrong")
    func touched() {
        var found = 0
        for seed in 0..<UInt64(fuzzCases(300)) {
            var generator = SeededGenerator(seed: seed)
            var table = DeltaTable((0..<12).map { _ in user(names: 8, using: &generator) })
            let hasher = UserHasher()
            let filter = DeltaFilter(hasher: hasher, index: table.index(hasher), mode: .delta)
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let name = "user\(Int.random(in: 0..<8, using: &generator))"
                table.remove(name)
                if Bool.random(using: &generator) { table.apply(user(names: 8, using: &generator)) }
            }
            let stream = (0..<30).map { _ in user(names: 10, using: &generator) }
            var expected = table
            for record in stream { expected.apply(record) }
            for record in filter.read(stream) { table.apply(record) }
            if table.rows != expected.rows {
                found += 1
                #expect(table.proof(of: filter).touched > 0, "seed \(seed)")
            }
        }
        #expect(found > 0)
    }

    @Test("however many names share a digest, a change that is as new as the row or newer is never skipped")
    func collisions() {
        for seed in 0..<UInt64(fuzzCases(300)) {
            var generator = SeededGenerator(seed: seed)
            // Rows are older than all records: a record that is older than the row of another name is where the digest's
            // width alone decides.
            var table = DeltaTable((0..<6).map { _ in user(names: 5, using: &generator) })
            for var row in table.rows.values {
                row.createdAt = 0
                table.remove(String(decoding: row.userName, as: UTF8.self))
                table.apply(row)
            }
            let hasher = UserHasher(using: &generator, nameMask: 0x3)
            let filter = DeltaFilter(hasher: hasher, index: table.index(hasher), mode: .delta)
            let stream = (0..<30).map { _ in user(names: 9, using: &generator) }
            var expected = table
            for record in stream { expected.apply(record) }
            for record in filter.read(stream) { table.apply(record) }
            #expect(table.rows == expected.rows, "seed \(seed)")
        }
    }
}

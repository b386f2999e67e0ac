import Fuzzing
import TestSupport
import Testing

@testable import SyncCore

@Suite("Sync forecast")
struct SyncForecastTests {
    @Test("says what applying every record would do, whatever the records")
    func forecast() {
        for seed in 0..<UInt64(fuzzCases(300)) {
            var generator = SeededGenerator(seed: seed)
            func user(_ names: Int) -> SampleUser {
                SampleUser(
                    legacyID: Int64.random(in: 1...2, using: &generator),
                    userName: "user\(Int.random(in: 0..<names, using: &generator))",
                    createdAt: Int64.random(in: 0..<3, using: &generator), deleted: Bool.random(using: &generator))
            }
            let before = DeltaTable((0..<12).map { _ in user(8) })
            let stream = (0..<15).map { _ in user(12) }
            let hasher = UserHasher()
            var forecast = SyncForecast(hasher: hasher, index: before.index(hasher))
            var after = before
            for record in stream {
                record.withRecord { forecast.receive($0) }
                after.apply(record)
            }
            let named = Set(stream.map(\.userName))
            var expected = SyncForecast.Outcome()
            expected.live = before.rows.values.count { !$0.deleted }
            expected.missing = before.rows.values.count { !$0.deleted && !named.contains($0.userName) }
            expected.repeated = stream.count - named.count
            for name in named {
                guard let old = before.rows[name] else {
                    expected.inserted += 1
                    continue
                }
                guard let new = after.rows[name], new != old else {
                    expected.unchanged += 1
                    continue
                }
                expected.updated += 1
                if new.deleted && !old.deleted { expected.newlyDeleted += 1 }
            }
            #expect(forecast.outcome() == expected, "seed \(seed)")
            #expect(forecast.records == stream.count)
        }
    }
}

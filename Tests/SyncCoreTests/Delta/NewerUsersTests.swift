import Fuzzing
import TestSupport
import Testing

@testable import SyncCore

@Suite("Rows that are newer than all that the source says")
struct NewerUsersTests {
    private static let hour: Int64 = 3_600_000_000

    private static func filter(_ table: [SampleUser], _ mode: SyncMode) -> DeltaFilter {
        let hasher = UserHasher()
        return DeltaFilter(hasher: hasher, index: DeltaTable(table).index(hasher), mode: mode)
    }

    @Test(
        "are counted by user, in both modes and whatever the order of the records", arguments: [SyncMode.delta, .full],
        1...20)
    func counted(mode: SyncMode, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func users(_ count: Int) -> [SampleUser] {
            (0..<count).map { _ in
                SampleUser(
                    userName: "user\(Int.random(in: 0..<20, using: &generator))",
                    createdAt: Int64.random(in: 0..<6, using: &generator))
            }
        }
        let table = DeltaTable(users(30))
        let stream = users(40)
        let filter = Self.filter(Array(table.rows.values), mode)
        for attempt in [Array(stream.prefix(7)), stream] {
            filter.beginAttempt(mode)
            _ = filter.read(attempt)
            let expected = table.rows.values.count { row in
                let times = attempt.filter { $0.userName == row.userName }.map(\.createdAt)
                return times.max().map { $0 < row.createdAt } ?? false
            }
            #expect(filter.newerUsers == expected)
        }
    }

    @Test("by the same part of a day, they were written in local time", arguments: [330, 345, 60, 840])
    func localTime(minutes: Int) {
        let stream = (0..<50).map { SampleUser(userName: "user\($0)", createdAt: Int64($0) * 1_234_567) }
        let table = stream.map { user in
            var row = user
            row.createdAt += Int64(minutes) * 60_000_000
            return row
        }
        let filter = Self.filter(table + [SampleUser(userName: "odd", createdAt: 99 * Self.hour)], .delta)
        _ = filter.read([SampleUser(userName: "odd", createdAt: 5)] + stream)
        #expect(filter.newerUsers == 51)
        #expect(filter.newerByMinutes == minutes)
    }

    @Test("by any other difference, nothing is concluded", arguments: [1, 20 * 3_600_000_000, 7 * 60_000_000])
    func otherDifference(lead: Int64) {
        let stream = (0..<50).map { SampleUser(userName: "user\($0)", createdAt: Int64($0)) }
        let table = stream.map {
            SampleUser(userName: String(decoding: $0.userName, as: UTF8.self), createdAt: $0.createdAt + lead)
        }
        let filter = Self.filter(table, .delta)
        _ = filter.read(stream)
        #expect(filter.newerUsers == 50)
        #expect(filter.newerByMinutes == nil)
    }

    @Test(
        "a row as old as its record is none of them, however far from now: the zero time of some languages is in the year 1"
    )
    func farTimes() {
        let times = [RFC3339.range.lowerBound, -62_135_596_800_000_000, RFC3339.range.upperBound]
        let stream = times.enumerated().map { SampleUser(userName: "user\($0)", createdAt: $1) }
        for mode in [SyncMode.delta, .full] {
            let filter = Self.filter(stream, mode)
            _ = filter.read(stream)
            #expect(filter.newerUsers == 0)
        }
    }

    @Test("a row with a time that nothing is newer than is one of them, and one that is equal or has NULL is not")
    func bounds() {
        let stream = ["end", "same"].map { SampleUser(userName: $0, createdAt: 5) }
        let filter = Self.filter(
            [SampleUser(userName: "end", createdAt: .max), SampleUser(userName: "same", createdAt: 5)], .delta)
        _ = filter.read(stream)
        #expect(filter.newerUsers == 1)
        #expect(filter.newerByMinutes == nil)
    }
}

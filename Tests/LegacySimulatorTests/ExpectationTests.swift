import Foundation
import Testing

@testable import LegacySimulator

@Suite("What a sync must give")
struct ExpectationTests {
    @Test(
        "a plain reader of the bytes finds every user, every run of damage and the expected table",
        arguments: DataProfile.Format.allCases, 0..<6)
    func reader(format: DataProfile.Format, variation: Int) {
        var profile = troubled(seed: UInt64(100 + variation), users: 500, format: format)
        profile.extraFields = variation & 1 != 0
        profile.whitespace = variation & 2 != 0
        profile.variedDates = variation & 4 != 0
        profile.byteOrderMark = variation == 3
        let (bytes, counts) = bodyAndCounts(profile)
        let reader = ReferenceReader(bytes)
        #expect(reader.users.count == profile.users)
        #expect(reader.rejects == counts.rejects)

        var table = ExpectedTable(profile)
        table.sortByUserName()
        let expected = fold(reader.users)
        #expect(table.count == expected.count)
        #expect(table.deletedCount == expected.count { $0.deleted })
        #expect(copyText(table) == expected.flatMap(copyLine))
    }

    @Test("on a tie the later record counts")
    func ties() {
        var profile = sound(users: 2000)
        profile.duplicateRate = 0.9
        profile.conflictingTies = 1
        let planner = UserPlanner(profile)
        var last: [Int: Int] = [:]
        for record in 0..<profile.users { last[planner.identity(of: record)] = record }
        #expect(ExpectedTable(profile).winners.sorted() == last.values.sorted())
    }

    @Test("the digest ignores order and sees a single changed row")
    func digest() throws {
        let profile = troubled(seed: 5, users: 2000)
        let unsorted = ExpectedTable(profile)
        var sorted = unsorted
        sorted.sortByUserName()
        let digest = try #require(ExpectedDigest(of: unsorted))
        #expect(digest == ExpectedDigest(of: sorted))
        #expect(digest.count == unsorted.count)
        var other = profile
        other.generation = 3
        other.changedRate = 0.001
        var none = other
        none.changedRate = 0
        #expect(ExpectedDigest(of: ExpectedTable(other)) != ExpectedDigest(of: ExpectedTable(none)))
    }

    @Test("the summary counts what the body holds")
    func summary() {
        let profile = troubled(seed: 9, users: 1234)
        let (bytes, counts) = bodyAndCounts(profile)
        let summary = ExpectedSummary(profile)
        #expect(summary.bytes == bytes.count)
        #expect(summary.received == 1234)
        #expect(summary.distinct + summary.duplicates == 1234)
        #expect(summary.rejects == counts.rejects)
        #expect(summary.damagedRecords + summary.junkFragments > summary.rejects)
    }

    @Test("dates are written as the calendar has them")
    func dates() {
        func text(_ date: Timestamp, digits: Int, offset: Int? = nil, tail: Int = 0) -> String {
            String(
                decoding: written { date.write(to: &$0, digits: digits, offsetMinutes: offset, tail: tail) },
                as: UTF8.self)
        }
        #expect(text(Timestamp(microseconds: 0), digits: 3) == "1970-01-01T00:00:00.000Z")
        #expect(text(Timestamp(microseconds: -1), digits: 6) == "1969-12-31T23:59:59.999999Z")
        #expect(text(Timestamp(year: 2000, month: 2, day: 29), digits: 0) == "2000-02-29T00:00:00Z")
        #expect(text(Timestamp(year: 1900, month: 3, day: 1), digits: 0, offset: -1) == "1900-02-28T23:59:00-00:01")
        #expect(
            text(Timestamp(microseconds: 123_456), digits: 9, offset: 330, tail: 7)
                == "1970-01-01T05:30:00.123456007+05:30")
        #expect(Timestamp(year: 2023, month: 4, day: 5).microseconds == 1_680_652_800_000_000)
    }
}

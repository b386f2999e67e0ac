import Testing

@testable import LegacySimulator

@Suite("Rates")
struct RateTests {
    private static let users = 40_000

    private func share(_ count: Int, of total: Int = users) -> Double { Double(count) / Double(total) }

    @Test("damage, junk and duplicates come as often as asked")
    func asOftenAsAsked() {
        var profile = sound(users: Self.users, arraySize: 4)
        profile.junkRate = 0.2
        profile.damagedRate = 0.1
        profile.duplicateRate = 0.3
        let counts = bodyAndCounts(profile, blockBytes: 1 << 20).counts
        #expect(counts.users == Self.users)
        #expect(abs(share(counts.junkFragments, of: counts.arrays) - 0.2) < 0.02)
        // One slot in eight holds two pieces.
        #expect(abs(share(counts.damagedRecords) - 0.1 * 1.125) < 0.01)
        #expect(abs(share(Self.users - ExpectedTable(profile).count) - 0.3) < 0.01)
    }

    @Test("a rate of 0 means never and 1 means always")
    func extremes() {
        var profile = sound(users: 500, arraySize: 5)
        let none = bodyAndCounts(profile).counts
        #expect(none.junkFragments == 0 && none.damagedRecords == 0 && none.rejects == 0)
        profile.deletedRate = 0
        #expect(ExpectedTable(profile).count == 500)
        #expect(ExpectedTable(profile).deletedCount == 0)
        profile.junkRate = 1
        profile.damagedRate = 1
        profile.duplicateRate = 1
        profile.deletedRate = 1
        let all = bodyAndCounts(profile).counts
        #expect(all.junkFragments == 100 && all.damagedRecords >= 500)
        // All names lead back to the first record. Junk and the damage after it are one run.
        #expect(ExpectedTable(profile).count == 1)
        #expect(all.rejects == 501)
    }

    @Test("duplicates are older, newer and identical in equal parts, and conflicting as asked")
    func variants() {
        var profile = sound(users: Self.users)
        profile.duplicateRate = 0.5
        profile.conflictingTies = 0.25
        let planner = UserPlanner(profile)
        var counts: [String: Int] = [:]
        for record in 0..<profile.users {
            let identity = planner.identity(of: record)
            guard identity != record else { continue }
            let (first, repeated) = (planner.plan(identity), planner.plan(record))
            #expect(first.identity == repeated.identity)
            let variant = planner.variant(of: record, identity: identity)
            counts["\(variant)", default: 0] += 1
            switch variant {
            case .older: #expect(repeated.createdAt.microseconds < first.createdAt.microseconds)
            case .newer: #expect(repeated.createdAt.microseconds > first.createdAt.microseconds)
            case .identicalTie:
                #expect(repeated.content == first.content && repeated.createdAt == first.createdAt)
                #expect(repeated.deleted == first.deleted)
            case .conflictingTie: #expect(repeated.createdAt == first.createdAt && repeated.content != first.content)
            case .first: Issue.record("a repeated record is not the first of its name")
            }
        }
        let total = counts.values.reduce(0, +)
        for variant in ["older", "newer", "identicalTie", "conflictingTie"] {
            #expect(abs(share(counts[variant] ?? 0, of: total) - 0.25) < 0.02)
        }
    }

    @Test("a later generation changes as many users as asked and keeps their names and dates")
    func generations() {
        var profile = sound(users: Self.users)
        profile.changedRate = 0.1
        let before = UserPlanner(profile)
        profile.generation = 1
        let after = UserPlanner(profile)
        var changed = 0
        var deletedChanged = 0
        for record in 0..<profile.users {
            let (old, new) = (before.plan(record), after.plan(record))
            #expect(old.identity == new.identity && old.createdAt == new.createdAt)
            if old.deleted != new.deleted { deletedChanged += 1 }
            if old != new { changed += 1 }
        }
        #expect(abs(share(changed) - 0.1) < 0.01)
        #expect(abs(share(deletedChanged) - 0.025) < 0.005)
    }
}

import Fuzzing
import TestSupport
import Testing

@testable import SyncCore

@Suite("Delta filter")
struct DeltaFilterTests {
    private let ana = SampleUser(legacyID: 1, userName: "ana", createdAt: 100)
    private let bia = SampleUser(legacyID: 2, userName: "bia", createdAt: 100)

    private func filter(
        _ table: DeltaTable, mode: SyncMode = .delta, hasher: UserHasher = UserHasher(), heldBytes: Int = 4096
    ) -> DeltaFilter {
        DeltaFilter(hasher: hasher, index: table.index(hasher), mode: mode, maximumHeldBytes: heldBytes)
    }

    /// A hasher by which all names are one.
    private var blindHasher: UserHasher {
        var generator = SeededGenerator(seed: 1)
        return UserHasher(using: &generator, nameMask: 0)
    }

    @Test("what the table holds is not sent; what is new or differs in any column is")
    func columns() {
        let filter = filter(DeltaTable([ana, bia]))
        #expect(filter.judge(ana) == .skip)
        #expect(filter.judge(SampleUser(userName: "cid")) == .sendNew)
        var changed = bia
        changed.createdAt = 101
        #expect(filter.judge(changed) == .send)
        for change in [\SampleUser.legacyID] as [WritableKeyPath<SampleUser, Int64>] {
            var tied = ana
            tied[keyPath: change] += 1
            #expect(self.filter(DeltaTable([ana])).read([tied]) == [tied])
        }
        var tied = ana
        tied.deleted = true
        #expect(self.filter(DeltaTable([ana])).read([tied]) == [tied])
        tied = ana
        tied.email += [0x2E]
        #expect(self.filter(DeltaTable([ana])).read([tied]) == [tied])
        #expect(filter.counts == DeltaFilter.Counts(skipped: 1, superseded: 0))
    }

    @Test("a user is new once: not when its name was sent before, in this attempt of the stream or an earlier one")
    func newOnce() {
        let filter = filter(DeltaTable([ana]))
        #expect(filter.judge(bia) == .sendNew)
        #expect(filter.judge(bia) == .send)
        filter.beginAttempt(.delta)
        #expect(filter.judge(bia) == .send)
        #expect(filter.judge(SampleUser(userName: "cid")) == .sendNew)
        filter.beginAttempt(.full)
        #expect(filter.judge(ana) == .send)
        #expect(filter.judge(SampleUser(userName: "cid")) == .send)
        #expect(filter.judge(SampleUser(userName: "dan")) == .sendNew)
    }

    @Test("a record older than the row is not sent")
    func older() {
        var old = ana
        old.createdAt = 99
        old.email = []
        let filter = filter(DeltaTable([ana]))
        #expect(filter.read([old]).isEmpty)
        #expect(filter.needsProof)
    }

    @Test("once a record of a name is sent, every later one is, in later attempts too")
    func onceSent() {
        var newer = ana
        newer.createdAt = 200
        let filter = filter(DeltaTable([ana, bia]))
        #expect(filter.read([ana, newer, ana]) == [newer, ana])
        filter.beginAttempt(.delta)
        #expect(filter.counts == DeltaFilter.Counts())
        #expect(filter.read([ana, bia]) == [ana])
        #expect(filter.counts.skipped == 1)
    }

    @Test(
        "of two records that contradict each other at one time, only one that differs from the row in the end is sent")
    func ties() {
        var other = ana
        other.email = Array("other@example.com".utf8)
        var third = ana
        third.legacyID = 3
        // The row is what comes last: nothing to do.
        var filter = filter(DeltaTable([ana]))
        #expect(filter.read([other, third, ana]).isEmpty)
        #expect(filter.counts == DeltaFilter.Counts(skipped: 1, superseded: 2))
        // It is not: only the last is sent.
        filter = self.filter(DeltaTable([ana]))
        #expect(filter.read([other, ana, third]) == [third])
        #expect(filter.counts == DeltaFilter.Counts(skipped: 1, superseded: 1))
        // A newer one makes all of them needless.
        var newer = ana
        newer.createdAt = 101
        filter = self.filter(DeltaTable([ana]))
        #expect(filter.read([other, newer]) == [newer])
        #expect(filter.counts == DeltaFilter.Counts(skipped: 0, superseded: 1))
    }

    @Test("records that find no room to wait are sent at once, and those that follow go the same way")
    func noRoom() {
        var other = ana
        other.legacyID = 9
        let filter = filter(DeltaTable([ana]), heldBytes: 10)
        #expect(filter.read([other, ana]) == [other, ana])
    }

    @Test("names of the table that cannot be told apart are always sent, and never counted as missing")
    func ambiguousNames() {
        let filter = filter(DeltaTable([ana, bia]), hasher: blindHasher)
        #expect(filter.read([ana, bia]) == [ana, bia])
        #expect(filter.missingUsers == 0)
        let unread = self.filter(DeltaTable([ana, bia]), hasher: blindHasher)
        #expect(unread.read([]).isEmpty)
        #expect(unread.missingUsers == 0)
    }

    @Test("a new name that cannot be told from one of the table is sent, and the other's record is not lost")
    func collidingNewName() {
        for order in [[ana, bia], [bia, ana]] {
            let filter = filter(DeltaTable([ana]), hasher: blindHasher)
            let sent = filter.read(order)
            #expect(sent.contains(bia))
            var table = DeltaTable([ana])
            for user in sent { table.apply(user) }
            #expect(table.rows == DeltaTable([ana, bia]).rows)
        }
    }

    @Test("a time that is not kept exactly is sent, and drops nothing newer that waits")
    func extremeTimes() {
        var tied = ana
        tied.email = []
        var ancient = ana
        ancient.createdAt = UserIndex.exactTimes.lowerBound - 2
        #expect(filter(DeltaTable([ana])).read([tied, ancient]) == [ancient, tied])
        var late = ana
        late.createdAt = UserIndex.exactTimes.upperBound + 2
        var later = late
        later.createdAt += 1
        #expect(filter(DeltaTable([late])).read([later, late]) == [later, late])
    }

    @Test("in full mode every record is sent, and who came is noted")
    func full() {
        let filter = filter(DeltaTable([ana, bia]), mode: .full)
        #expect(filter.read([ana]) == [ana])
        #expect(!filter.needsProof)
        #expect(filter.liveUsers == 2)
        #expect(filter.missingUsers == 1)
        bia.withRow { #expect(filter.isMissing($0)) }
        ana.withRow { #expect(!filter.isMissing($0)) }
    }

    @Test("a row that someone changed is not taken for the missing one, and a deleted one is not missing")
    func missing() {
        var gone = ana
        gone.deleted = true
        let filter = filter(DeltaTable([gone, bia]))
        #expect(filter.missingUsers == 1)
        var changed = bia
        changed.email = []
        changed.withRow { #expect(!filter.isMissing($0)) }
        gone.withRow { #expect(!filter.isMissing($0)) }
    }

    @Test("a row that was changed or removed since is no proof; one that this sync changed is")
    func proof() {
        var table = DeltaTable([ana, bia])
        let filter = filter(table)
        var newer = bia
        newer.createdAt = 101
        #expect(filter.read([ana, bia, newer]) == [newer])
        #expect(table.proof(of: filter).touched == 0)
        table.apply(newer)
        #expect(table.proof(of: filter).touched == 0)
        var changed = ana
        changed.email = []
        table.apply(changed)
        #expect(table.proof(of: filter).touched == 1)
        table.remove("bia")
        #expect(table.proof(of: filter).touched == 2)
    }

    @Test("a row with a NULL where there never is one equals no record")
    func nulls() throws {
        let hasher = UserHasher()
        var index = UserIndex(expecting: 1)
        try ana.withRow { row in
            try index.insert(TableUser(row.user, hasNull: true), hasher)
        }
        let filter = DeltaFilter(hasher: hasher, index: index, mode: .delta)
        #expect(filter.read([ana]) == [ana])
    }
}

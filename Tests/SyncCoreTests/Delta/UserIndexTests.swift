import TestSupport
import Testing

@testable import SyncCore

@Suite("User index")
struct UserIndexTests {
    private struct Known {
        var createdAt: Int64
        var content: UInt64
        var isDeleted: Bool
    }

    @Test(
        "keeps what was put in, also when it grows and when digests crowd in one place", arguments: [UInt64.max, 0xF])
    func keeps(mask: UInt64) throws {
        var generator = SeededGenerator(seed: mask)
        var index = UserIndex(expecting: 4)
        var known: [NameDigest: Known] = [:]
        for _ in 0..<500 {
            let name = NameDigest(
                position: generator.next() & mask, check: UInt8.random(in: 0...255, using: &generator))
            let user = Known(
                createdAt: Int64.random(in: UserIndex.exactTimes, using: &generator),
                content: generator.next() & ~0xFF, isDeleted: Bool.random(using: &generator))
            guard known[name] == nil else { continue }
            known[name] = user
            try index.insert(
                name, createdAt: user.createdAt, content: user.content, marks: user.isDeleted ? .deleted : [])
        }
        #expect(index.count == known.count)
        for (name, user) in known {
            guard let slot = index.find(name) else {
                Issue.record("\(name) is lost")
                continue
            }
            #expect(index.createdAt(at: slot) == user.createdAt)
            #expect(index.content(at: slot) == user.content)
            #expect(index[marks: slot].contains(.deleted) == user.isDeleted)
        }
        #expect(index.count(with: .deleted) == known.values.count { $0.isDeleted })
        #expect(index.find(NameDigest(position: 16, check: 1)) == nil)
    }

    @Test("two users with one digest are marked as not to be told apart")
    func ambiguous() throws {
        var index = UserIndex(expecting: 2)
        let name = NameDigest(position: 7, check: 7)
        let slot = try index.insert(name, createdAt: 1, content: 0x100)
        var marks = index[marks: slot]
        #expect(!marks.contains(.ambiguous))
        #expect(try index.insert(name, createdAt: 2, content: 0x200) == slot)
        #expect(index.count == 1)
        marks = index[marks: slot]
        #expect(marks.contains(.ambiguous))
    }

    @Test("marks come and go without touching the rest")
    func marks() throws {
        var index = UserIndex(expecting: 1)
        let slot = try index.insert(NameDigest(position: .max, check: .max), createdAt: -1, content: .max)
        index[marks: slot].insert([.seen, .sent])
        index.removeFromAll([.seen, .taken])
        #expect(index[marks: slot] == [.taken, .sent])
        index[marks: slot] = []
        #expect(index.count == 1)
        #expect(index.find(NameDigest(position: .max, check: .max)) == slot)
        #expect(index.createdAt(at: slot) == -1)
        #expect(index.content(at: slot) == ~0xFF)
    }

    @Test("times that do not fit are kept as bounds that no exact time equals")
    func extremes() throws {
        var index = UserIndex(expecting: 4)
        let slot = try index.insert(NameDigest(position: 1, check: 1), createdAt: .min, content: 0)
        #expect(index.createdAt(at: slot) == UserIndex.exactTimes.lowerBound - 1)
        index.update(slot, createdAt: .max, content: 0)
        #expect(index.createdAt(at: slot) == UserIndex.exactTimes.upperBound + 1)
        for time in [UserIndex.exactTimes.lowerBound, UserIndex.exactTimes.upperBound] {
            index.update(slot, createdAt: time, content: 0)
            #expect(index.createdAt(at: slot) == time)
        }
    }
}

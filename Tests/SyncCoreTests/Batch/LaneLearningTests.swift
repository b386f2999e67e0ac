import Fuzzing
import SyncCore
import TestSupport
import Testing

@Suite("Learning lanes while users wait")
struct LaneLearningTests {
    @Test(
        "it wants 10 000 names, or a third of what unfinished batches hold, and is done then",
        arguments: [(32, 1000, 10_000), (32, 100, 1066), (8, 1000, 2666), (3, 1000, 1000), (10, 30_000, 10_000)])
    func wants(lanes: Int, batchSize: Int, names: Int) throws {
        var learning = try #require(LaneLearning(lanes: lanes, batchSize: batchSize))
        for name in NameFamily.hexadecimal.names(names, seed: 2) {
            #expect(!learning.isComplete)
            name.withUnsafeBytes { learning.note($0) }
        }
        #expect(learning.isComplete)
        guard case .ranges = learning.choice().assignment else {
            Issue.record("\(learning.choice().reason)")
            return
        }
    }

    @Test(
        "where lanes hold too few users to show enough names, no user waits",
        arguments: [(1, 1000), (2, 1000), (32, 95), (32, 1), (400, 10), (0, 0), (10_000, 10_000)])
    func nothingToLearn(lanes: Int, batchSize: Int) {
        #expect(LaneLearning(lanes: lanes, batchSize: batchSize) == nil)
    }

    @Test(
        "users who wait come out as they came in, in their order, with what is known of them", arguments: UInt64(0)..<10
    )
    func keepsOrder(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var learning = try #require(LaneLearning(lanes: 32, batchSize: 1000))
        var users: [SampleUser] = []
        var news: [Bool] = []
        for _ in 0..<200 {
            let user = SampleUser.random(using: &random)
            let isNew = random.chance(1, in: 2)
            #expect(user.withRecord { learning.hold($0, isNew: isNew) })
            users.append(user)
            news.append(isNew)
        }
        #expect(learning.heldUsers == 200)
        var released: [SampleUser] = []
        var isNew: [Bool] = []
        learning.release { user, new in
            var copy = SampleUser(
                legacyID: user.legacyID, userName: "", createdAt: user.createdAt, deleted: user.deleted)
            (copy.userName, copy.email) = (Array(user.userName), Array(user.email))
            released.append(copy)
            isNew.append(new)
        }
        #expect(released == users && isNew == news)
    }

    @Test("what waits is bounded in bytes: without room a user is not taken, and names alone fill it too")
    func bounded() throws {
        var learning = try #require(LaneLearning(lanes: 32, batchSize: 1000, maximumBytes: 1000))
        var taken = 0
        let user = SampleUser(userName: "someone", email: String(repeating: "e", count: 60))
        while user.withRecord({ learning.hold($0, isNew: false) }) { taken += 1 }
        #expect(taken == 9 && learning.heldUsers == 9)
        var names = try #require(LaneLearning(lanes: 32, batchSize: 1000, maximumBytes: 1000))
        for _ in 0..<100 {
            #expect(!names.isComplete)
            Array("tenletters".utf8).withUnsafeBytes { names.note($0) }
        }
        #expect(names.isComplete)
    }
}

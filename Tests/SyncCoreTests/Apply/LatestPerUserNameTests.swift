import Fuzzing
import SyncCore
import TestSupport
import Testing

@Suite("Latest record of each user name")
struct LatestPerUserNameTests {
    private static func decode(_ users: [SampleUser]) throws -> DecodedBatch {
        var batcher = LaneBatcher(
            syncID: 1,
            firstBatchNumber: 1,
            lanes: .hashed(1),
            maximumUsers: users.count,
            maximumBodyBytes: 64 << 20
        )
        var batch: Batch?
        for user in users {
            batch = try batcher.append(user)
        }
        return try MessageDecoder.decode(try #require(batch).body)
    }

    @Test("the newest wins, on a tie the later, sorted by the bytes of the name")
    func rule() throws {
        let batch = try Self.decode([
            SampleUser(userName: "bob", createdAt: 5),
            SampleUser(userName: "ana", createdAt: 7),
            SampleUser(userName: "bob", createdAt: 9),
            SampleUser(userName: "ana", createdAt: 7),
            SampleUser(userName: "bob", createdAt: 8),
            SampleUser(userName: "Zoe", createdAt: -1),
            SampleUser(userName: "é", createdAt: 0),
        ])
        #expect(batch.latestPerUserName() == [5, 3, 2, 6])
    }

    @Test("names are told apart at every length and byte", arguments: UInt64(0)..<16)
    func equalsReference(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // Few letters, so that names are often equal, prefixes of each other, or differ late.
        let users = (0..<Int.random(in: 1...400, using: &generator)).map { _ in
            let letters = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                ["a", "\u{1}", "\u{10FFFF}"].randomElement(using: &generator) ?? "a"
            }
            let prefix = String(
                repeating: "p", count: [0, 6, 7, 8, 14, 15, 16, 17, 30].randomElement(using: &generator) ?? 0)
            return SampleUser(
                userName: prefix + letters.joined(),
                createdAt: Int64.random(in: -2...2, using: &generator)
            )
        }
        var latest: [[UInt8]: Int] = [:]
        for (index, user) in users.enumerated() {
            if let known = latest[user.userName], users[known].createdAt > user.createdAt { continue }
            latest[user.userName] = index
        }
        let expected = latest.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        #expect(try Self.decode(users).latestPerUserName() == expected)
    }
}

import SyncCore
import TestSupport

/// Bodies of queue messages: a good one is read back as it was written, a damaged one is refused or gives sound users.
package struct MessageSubject: FuzzSubject {
    package static let name = "messages"
    package static let leastPercent = (accepted: 10, refused: 50)

    package init() {}

    package func run(seed: UInt64) -> FuzzOutcome {
        var random = SeededGenerator(seed: seed)
        let users = (0..<Int.random(in: 1...6, using: &random)).map { _ in SampleUser.random(using: &random) }
        guard var body = Self.message(of: users, using: &random) else {
            var outcome = FuzzOutcome(bytes: 0)
            outcome.problem = "users that fit were not made a message: \(users)"
            return outcome
        }
        let isWhole = random.chance(1, in: 10)
        if !isWhole {
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                Damage.strike(&body, tokens: Self.tokens, using: &random)
            }
            if random.chance(1, in: 20) { body = Self.noise(using: &random) }
        }
        var outcome = FuzzOutcome(bytes: body.count)
        do throws(MessageError) {
            let batch = try MessageDecoder.decode(body)
            outcome.accepted = batch.count
            if !Self.isSound(batch) {
                outcome.problem = "accepted, but not sound: \(Excerpt.printable(body, isCut: false))"
            } else if isWhole,
                SampleUser.users(of: batch) != users || batch.presumedNew != users.map(Self.isPresumedNew)
            {
                outcome.problem = "a good message reads differently: \(Excerpt.printable(body, isCut: false))"
            }
        } catch {
            outcome.refused = 1
            if isWhole {
                outcome.problem = "a good message was refused: \(error): \(Excerpt.printable(body, isCut: false))"
            }
            if !(0...body.count).contains(error.offset) {
                outcome.problem = "offset \(error.offset) of \(body.count): \(Excerpt.printable(body, isCut: false))"
            }
        }
        return outcome
    }

    private static func message(of users: [SampleUser], using random: inout SeededGenerator) -> [UInt8]? {
        var batcher = LaneBatcher(
            syncID: Int64.random(in: 0...99, using: &random),
            firstBatchNumber: Int64.random(in: 0...99, using: &random),
            lanes: .hashed(1), maximumUsers: users.count, maximumBodyBytes: 1 << 20)
        var batch: Batch?
        for user in users {
            do {
                batch = try user.withRecord { (record) throws(UserTooLarge) -> Batch? in
                    try batcher.append(record, isNew: isPresumedNew(user))
                }
            } catch {
                return nil
            }
        }
        return batch?.body
    }

    /// Any rule by which about half of them are.
    private static func isPresumedNew(_ user: SampleUser) -> Bool { user.legacyID & 1 == 1 }

    private static func isSound(_ batch: DecodedBatch) -> Bool {
        guard batch.count > 0, batch.count == batch.header.users, batch.createdAts.count == batch.count,
            batch.deleted.count == batch.count
        else { return false }
        let latest = batch.latestPerUserName()
        return SampleUser.users(of: batch).allSatisfy(\.isStorable) && !latest.isEmpty
            && latest.allSatisfy((0..<batch.count).contains)
    }

    private static func noise(using random: inout SeededGenerator) -> [UInt8] {
        let starts = [
            "", "user-sync/1", "user-sync/1\t1\t1\t1\t1\n", "user-sync/1\t1\t1\t1\t1\n1\t2\t0\t", "user-sync/3\t",
            "user-sync/2\t1\t1\t1\t1\n1\t2\t3\t",
        ]
        let start = starts[Int.random(in: 0..<starts.count, using: &random)]
        return start.utf8
            + (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private static let tokens: [[UInt8]] =
        [
            "\t", "\n", "\r", "\\", "\\x", "\\0", "\\n", "\\x00", "0", "-", "1", "9999999999", "user-sync/1",
            "user-sync/2", "1\t",
            "2", "3",
            "\u{0}",
        ]
        .map { Array($0.utf8) } + [[0xED], [0xEF], [0xF4], [0xFF], [0xC3], [0x80]]
}

import Fuzzing
import SyncCore
import TestSupport
import Testing

/// Damages good messages at random: reading them either fails with a typed error or gives users that are sound.
///
/// `SYNC_FUZZ_CASES` sets the cases a seed.
@Suite("Message decoder under damage")
struct MessageDecoderFuzzTests {
    private static func goodBody(using generator: inout SeededGenerator) throws -> [UInt8] {
        let count = Int.random(in: 1...12, using: &generator)
        var batcher = LaneBatcher(
            syncID: Int64.random(in: 0...99, using: &generator),
            firstBatchNumber: Int64.random(in: 0...99, using: &generator),
            lanes: .hashed(1),
            maximumUsers: count,
            maximumBodyBytes: 1 << 20
        )
        var batch: Batch?
        for _ in 0..<count {
            batch = try batcher.append(SampleUser.random(using: &generator))
        }
        return try #require(batch).body
    }

    private static func damage(_ body: inout [UInt8], using generator: inout SeededGenerator) {
        let meaningful: [UInt8] = [
            0, 0x09, 0x0A, 0x0D, 0x2D, 0x30, 0x31, 0x39, 0x5C, 0x78, 0x80, 0xC3, 0xED, 0xEF, 0xF4, 0xFF,
        ]
        let place = Int.random(in: 0...body.count, using: &generator)
        let end = min(body.count, place + Int.random(in: 0...20, using: &generator))
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
            body.removeSubrange(place...)
        case 1:
            body.removeSubrange(place..<end)
        case 2:
            body.insert(contentsOf: body[place..<end], at: Int.random(in: 0...body.count, using: &generator))
        case 3 where place < body.count:
            body[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        case 4 where place < body.count:
            body[place] = meaningful.randomElement(using: &generator) ?? 0
        default:
            body.insert(meaningful.randomElement(using: &generator) ?? 0, at: place)
        }
    }

    @Test("damaged bodies never crash it, and what it accepts is sound", arguments: UInt64(0)..<8)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var refusals: [MessageError.Code: Int] = [:]
        for _ in 0..<fuzzCases(250) {
            var body = try Self.goodBody(using: &generator)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                Self.damage(&body, using: &generator)
            }
            do throws(MessageError) {
                Self.checkSound(try MessageDecoder.decode(body))
            } catch {
                refusals[error.code, default: 0] += 1
                if error.offset < 0 || error.offset > body.count { Issue.record("offset outside: \(error)") }
            }
        }
        // A fuzzer that only ever meets one refusal does not get far into the format.
        #expect(refusals.count >= 8, "\(refusals)")
    }

    @Test("bytes that are no message at all never crash it", arguments: UInt64(0)..<4)
    func noise(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 1000 + seed)
        for _ in 0..<fuzzCases(500) {
            let noise = (0..<Int.random(in: 0...64, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            for prefix in ["", "user-sync/1", "user-sync/1\t1\t1\t1\t1\n", "user-sync/1\t1\t1\t1\t1\n1\t2\t0\t"] {
                if let batch = try? MessageDecoder.decode(Array(prefix.utf8) + noise) { Self.checkSound(batch) }
            }
        }
    }

    private static func checkSound(_ batch: DecodedBatch) {
        var isSound = batch.count == batch.header.users && batch.count > 0
        isSound = isSound && batch.createdAts.count == batch.count && batch.deleted.count == batch.count
        for index in 0..<batch.count {
            let user = SampleUser(batch, at: index)
            isSound = isSound && !user.userName.isEmpty && !user.userName.contains(0) && !user.email.contains(0)
            isSound = isSound && String(validating: user.userName, as: UTF8.self) != nil
            isSound = isSound && String(validating: user.email, as: UTF8.self) != nil
        }
        let latest = batch.latestPerUserName()
        isSound = isSound && !latest.isEmpty && Set(latest).isSubset(of: 0..<batch.count)
        if !isSound { Issue.record("accepted, but not sound: \(batch)") }
    }
}

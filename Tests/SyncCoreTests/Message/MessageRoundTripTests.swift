import Fuzzing
import SyncCore
import TestSupport
import Testing

@Suite("Message round trip")
struct MessageRoundTripTests {
    private static func encode(_ users: [SampleUser], new: [Bool]? = nil) throws -> [UInt8] {
        var batcher = LaneBatcher(
            syncID: .max,
            firstBatchNumber: .max - 1,
            lanes: .hashed(1),
            maximumUsers: users.count,
            maximumBodyBytes: 64 << 20
        )
        var batch: Batch?
        for (index, user) in users.enumerated() {
            batch = try batcher.append(user, isNew: new?[index] ?? false)
        }
        return try #require(batch).body
    }

    @Test("what is encoded is decoded: any Unicode but NUL, any numbers", arguments: UInt64(0)..<8)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<fuzzCases(40) {
            let users = (0..<Int.random(in: 1...50, using: &generator)).map { _ in
                SampleUser.random(using: &generator)
            }
            let new = users.map { _ in Bool.random(using: &generator) }
            let batch = try MessageDecoder.decode(try Self.encode(users, new: new))
            #expect(batch.presumedNew == new)
            #expect(batch.header == MessageHeader(syncID: .max, number: .max - 1, lane: 0, users: users.count))
            try #require(batch.count == users.count)
            #expect((0..<batch.count).map { SampleUser(batch, at: $0) } == users)
        }
    }

    @Test("every character survives at every place in a word")
    func everyCharacter() throws {
        var users: [SampleUser] = []
        for value in (1...0x2FF).map(UInt32.init) + [0xF000, 0xFEFF, 0xFFBE, 0xFFFD, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF]
        {
            let scalar = try #require(Unicode.Scalar(value))
            for length in 0...17 {
                let filler = String(repeating: "f", count: length)
                let tail = String(repeating: "t", count: length % 5)
                users.append(SampleUser(userName: filler + String(scalar) + tail, email: tail + String(scalar)))
            }
        }
        let batch = try MessageDecoder.decode(try Self.encode(users))
        for (index, user) in users.enumerated() where SampleUser(batch, at: index) != user {
            Issue.record("not the same: \(user)")
        }
    }

    @Test("numbers of every length survive")
    func everyNumberLength() throws {
        var numbers: [Int64] = [0, .min, .max]
        var power: Int64 = 1
        for _ in 0..<18 {
            numbers += [power - 1, power, power + 1, -power, power * 9 + 7]
            power *= 10
        }
        let users = numbers.map {
            SampleUser(
                legacyID: $0, userName: "u",
                createdAt: min(max($0, RFC3339.range.lowerBound), RFC3339.range.upperBound))
        }
        let body = try Self.encode(users)
        let batch = try MessageDecoder.decode(body)
        #expect(batch.legacyIDs == numbers)
        #expect(batch.createdAts == users.map(\.createdAt))
        // Also against the standard library's own writer.
        let lines = String(decoding: body, as: UTF8.self).split(separator: "\n").dropFirst()
        #expect(lines.map { $0.prefix { $0 != "\t" } } == numbers.map { "\($0)"[...] })
    }
}

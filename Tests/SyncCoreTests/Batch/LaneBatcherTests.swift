import Fuzzing
import SyncCore
import TestSupport
import Testing

@Suite("Lane batcher")
struct LaneBatcherTests {
    private static func batcher(
        lanes: Int = 4,
        users: Int = 10,
        bytes: Int = 262_144,
        firstBatchNumber: Int64 = 1
    ) -> LaneBatcher {
        LaneBatcher(
            syncID: 7,
            firstBatchNumber: firstBatchNumber,
            lanes: .hashed(lanes),
            maximumUsers: users,
            maximumBodyBytes: bytes
        )
    }

    @Test("a lane's batch is sealed as soon as it holds the most users it may")
    func sealsFullBatch() throws {
        var batcher = Self.batcher(lanes: 1, users: 3, firstBatchNumber: 40)
        #expect(try batcher.append(SampleUser(userName: "a")) == nil)
        #expect(try batcher.append(SampleUser(userName: "b")) == nil)
        #expect(batcher.pendingUsers == 2)
        let batch = try #require(try batcher.append(SampleUser(userName: "c")))
        #expect(batch.number == 40)
        #expect(batch.lane == 0)
        #expect(batch.users == 3)
        #expect(try batch.decodedUsers().map(\.userName) == ["a", "b", "c"].map { Array($0.utf8) })
        #expect(batcher.pendingUsers == 0)
        #expect(batcher.nextBatchNumber == 41)
        #expect(batcher.flush().isEmpty)
    }

    @Test("the body is exactly the documented text")
    func exactBody() throws {
        var batcher = Self.batcher(lanes: 1, users: 2, firstBatchNumber: 3)
        _ = try batcher.append(SampleUser(legacyID: -5, userName: "a\\b\tc", email: "", createdAt: 0, deleted: true))
        let last = SampleUser(legacyID: 10_000_000, userName: "\u{1}é\u{FFFE}", email: "x\r\ny", createdAt: -1)
        let batch = try #require(try batcher.append(last))
        let rows = "-5\t0\t1\ta\\\\b\\tc\t\n10000000\t-1\t0\t\\x01é\\xef\\xbf\\xbe\tx\\r\\ny\n"
        #expect(batch.bodyText == "user-sync/2\t7\t3\t0\t2\n" + rows)
    }

    @Test("users of one name stay in one lane, in the order of the stream")
    func keepsOrder() throws {
        var generator = SeededGenerator(seed: 1)
        var batcher = Self.batcher(lanes: 5, users: 7)
        var batches: [Batch] = []
        var expected: [Int: [SampleUser]] = [:]
        for number in 0..<2000 {
            let name = "user\(Int.random(in: 0..<50, using: &generator))"
            let user = SampleUser(legacyID: Int64(number), userName: name)
            expected[user.lane(of: 5), default: []].append(user)
            if let batch = try batcher.append(user) { batches.append(batch) }
        }
        batches += batcher.flush()
        #expect(batches.map(\.number) == Array(1...Int64(batches.count)))
        var sent: [Int: [SampleUser]] = [:]
        for batch in batches {
            #expect(batch.users <= 7)
            sent[batch.lane, default: []] += try batch.decodedUsers()
        }
        #expect(sent == expected)
    }

    @Test("bodies stay within the byte limit, legal for SQS, and no user is lost or doubled", arguments: UInt64(0)..<8)
    func splitsByBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let limit = Int.random(in: 500...6000, using: &generator)
        let lanes = Int.random(in: 1...6, using: &generator)
        var batcher = Self.batcher(lanes: lanes, users: Int.random(in: 1...60, using: &generator), bytes: limit)
        var batches: [Batch] = []
        var expected = [[SampleUser]](repeating: [], count: lanes)
        var refused = 0
        for _ in 0..<fuzzCases(500) {
            var user = SampleUser.random(using: &generator)
            if generator.chance(1, in: 50) {
                user.email = [UInt8](repeating: 0x5C, count: Int.random(in: 0...limit, using: &generator))
            }
            do {
                if let batch = try batcher.append(user) { batches.append(batch) }
                expected[user.lane(of: lanes)].append(user)
            } catch {
                refused += 1
                #expect(error.bytes > error.maximumBodyBytes && error.maximumBodyBytes == limit)
            }
        }
        batches += batcher.flush()
        var sent = [[SampleUser]](repeating: [], count: lanes)
        for batch in batches {
            #expect(batch.body.count <= limit)
            #expect(batch.bodyText.utf8.elementsEqual(batch.body))
            #expect(batch.bodyText.unicodeScalars.allSatisfy(Self.isXMLCharacter))
            sent[batch.lane] += try batch.decodedUsers()
        }
        #expect(sent == expected)
        #expect(refused > 0)
    }

    /// The production `Char` of XML 1.0.
    private static func isXMLCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    @Test("a batch is split before the user that would push it over the limit, which begins the next one")
    func splitsBeforeTheUserThatDoesNotFit() throws {
        var batcher = Self.batcher(lanes: 1, users: 1000, bytes: 1000)
        let user = SampleUser(userName: "someone", email: String(repeating: "e", count: 200))
        var first: Batch?
        var taken = 0
        while first == nil {
            first = try batcher.append(user)
            taken += 1
        }
        let batch = try #require(first)
        #expect(batch.users == taken - 1)
        #expect(batch.body.count <= 1000)
        #expect(batch.body.count + 230 > 1000 - 100)
        #expect(batcher.pendingUsers == 1)
        #expect(try batcher.flush().map { try $0.decodedUsers() } == [[user]])
    }

    @Test("a user that cannot fit alone is refused and leaves its lane as it was", arguments: [1500, 5000])
    func refusesUserTooLarge(emailBytes: Int) throws {
        var batcher = Self.batcher(lanes: 1, bytes: 2000)
        let first = SampleUser(userName: "first")
        let last = SampleUser(userName: "last")
        _ = try batcher.append(first)
        // Tabs are escaped: 1500 of them take 3000 bytes.
        let large = SampleUser(userName: "large", email: String(repeating: "\t", count: emailBytes))
        #expect(throws: UserTooLarge.self) { try batcher.append(large) }
        #expect(batcher.pendingUsers == 1)
        _ = try batcher.append(last)
        let batches = batcher.flush()
        #expect(try batches.map { try $0.decodedUsers() } == [[first, last]])
        #expect(batcher.nextBatchNumber == 2)
    }

    @Test("a refusal shows sizes and what to do, and nothing of the user")
    func refusalShowsNoUserData() {
        var batcher = Self.batcher(lanes: 1, bytes: 1000)
        let user = SampleUser(userName: "secretname", email: String(repeating: "e", count: 1200))
        let refusal = #expect(throws: UserTooLarge.self) { try batcher.append(user) }
        #expect(refusal?.description.contains("SQS_MAX_MESSAGE_BYTES") == true)
        #expect(refusal?.description.contains("secretname") == false)
    }

    @Test("with one user a batch, every user is sealed at once")
    func oneUserPerBatch() throws {
        var batcher = Self.batcher(lanes: 3, users: 1)
        for number in 0..<10 {
            #expect(try batcher.append(SampleUser(userName: "u\(number)"))?.users == 1)
        }
        #expect(batcher.flushNext() == nil)
    }

    @Test("flushing hands out the lanes' batches one by one, and users may follow")
    func flushesOneByOne() throws {
        var batcher = Self.batcher(lanes: 8)
        for number in 0..<40 {
            _ = try batcher.append(SampleUser(userName: "u\(number)"))
        }
        var flushed = 0
        while let batch = batcher.flushNext() {
            flushed += batch.users
        }
        #expect(flushed == 40)
        _ = try batcher.append(SampleUser(userName: "late"))
        #expect(batcher.flush().map(\.users) == [1])
    }
}

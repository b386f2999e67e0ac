import Fuzzing
import Logging
import Postgres
import SyncCore
import SyncStorage
import SyncTestSupport
import TestSupport
import Testing

@testable import SyncPipeline

/// What a whole sync does with its lanes, looked at in the queue.
@Suite("One user, one lane, through a whole sync", .timeLimit(.minutes(2)))
struct LaneChoiceTests {
    /// A user as it came out of the queue.
    private struct Sent {
        let attempt: Int
        let lane: String
        let user: SampleUser

        var name: String { String(decoding: user.userName, as: UTF8.self) }
        /// The lane that the hash names.
        var hashed: String { "u\(user.userName.withUnsafeBytes { LaneHash.lane(of: $0, lanes: 32) })" }
    }

    private static func record(_ id: Int, _ name: String, email: String = "e") -> String {
        #"{"id":\#(id),"userName":"\#(name)","email":"\#(email)","createdAt":"2023-11-14T22:13:20Z","deleted":false}"#
    }

    /// Names in random order, about a tenth of them again, with another id each time.
    private static func records(_ count: Int, seed: UInt64, of names: Int) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (1...count).map { record($0, "n\(Int.random(in: 0..<names, using: &random) &* 7919 % names)") }
    }

    private static func body(_ records: some Sequence<String>) -> String { "[" + records.joined(separator: ",") + "]" }

    @Test(
        "random names go to ranges: each name to one lane in all readings, in order, and nobody is lost",
        arguments: [0, 1] as [UInt64])
    func ranges(seed: UInt64) async throws {
        let records = Self.records(12_000, seed: seed, of: 40_000)
        var random = SeededGenerator(seed: seed)
        // One cut while the lanes are learned, one behind it, and the whole stream.
        let early = Int.random(in: 1..<1500, using: &random)
        let late = Int.random(in: 8000..<12_000, using: &random)
        let (entry, sent) = try await run([
            .broken(Self.cut(records.prefix(early))), .broken(Self.cut(records.prefix(late))),
            .body(Self.body(records), pieces: 50),
        ])
        #expect(entry.status == .completed)
        #expect(!sent.contains { $0.attempt == 1 } && sent.contains { $0.attempt == 2 })
        try expectOneLanePerName(sent)
        let last = sent.filter { $0.attempt == 3 }
        let ids = last.map(\.user.legacyID).sorted()
        #expect(ids.elementsEqual(1...12_000))
        expectOrder(last)
        #expect(!last.allSatisfy { $0.lane == $0.hashed })
        // Neighbours by name are in one lane, but for 31 bounds and the few names outside the sample.
        let byName = last.sorted { $0.name < $1.name }
        let changes = zip(byName, byName.dropFirst()).count { $0.lane != $1.lane }
        #expect(Set(last.map(\.lane)).count == 32 && changes < 200, "\(changes)")
    }

    @Test("sorted names go to hashes, as names do of which too few come")
    func hashes() async throws {
        let sorted = (100_000..<105_000).map { Self.record($0, "n\($0)") }
        for records in [sorted, Array(sorted.reversed()), Self.records(900, seed: 1, of: 10_000)] {
            let (entry, sent) = try await run([.body(Self.body(records), pieces: 10)])
            #expect(entry.status == .completed && sent.count == records.count)
            #expect(sent.allSatisfy { $0.lane == $0.hashed })
            expectOrder(sent)
        }
    }

    @Test("users whom the table makes needless count as names, too, and are not sent")
    func delta() async throws {
        var random = SeededGenerator(seed: 8)
        let names = (0..<4000).map { "known\($0)" }.shuffled(using: &random)
        let source = ScriptedSource.users(names + ["new"])
        let (entry, sent) = try await run(
            [.body(source, pieces: 10)], table: ScriptedTable(names), reason: .randomOrder)
        #expect(entry.status == .completed)
        #expect(sent.map(\.name) == ["new"])
    }

    @Test("a slow stream is waited for ten seconds, and then its lanes stay as they are chosen")
    func slow() async throws {
        let records = Self.records(5000, seed: 6, of: 100_000)
        let text = Self.body(records)
        let cut = text.utf8.count / 10
        let bytes = Array(text.utf8)
        func step(_ range: Range<Int>, after: Duration) -> SteppedSource.Answer.Step {
            .bytes(Array(bytes[range]), after: after)
        }
        for (pause, reason) in [(11, NameSample.Choice.Reason.tooFewNames), (8, .randomOrder)] {
            let (entry, sent) = try await run(
                [
                    SteppedSource.Answer(steps: [
                        step(0..<cut, after: .seconds(0)), step(cut..<cut + 1, after: .seconds(pause)),
                        step(cut + 1..<bytes.count, after: .seconds(1)),
                    ])
                ], reason: reason)
            #expect(entry.status == .completed && sent.count == 5000)
            #expect(sent.allSatisfy { $0.lane == $0.hashed } == (reason == .tooFewNames))
        }
    }

    @Test(
        "a user too large for a message is refused while lanes are learned, as at any time, and those around it arrive")
    func tooLarge() async throws {
        // Four times its bytes might be too much, so the second is not held. Its own are not too much, so it arrives.
        for (bytes, fits) in [(30_000, false), (10_000, true)] {
            var records = Self.records(3000, seed: 7, of: 100_000)
            records[1400] = Self.record(1401, "large", email: String(repeating: "e", count: bytes))
            let (entry, sent) = try await run(
                [.body(Self.body(records), pieces: 10)], maximumMessageBytes: 20_000, reason: .randomOrder)
            #expect(entry.status == .completed)
            let missing = Set(1...3000).subtracting(sent.map(\.user.legacyID))
            #expect(missing == (fits ? [] : [1401]))
            try expectOneLanePerName(sent)
            expectOrder(sent)
        }
    }

    @Test("damage between users changes nothing about their lanes")
    func damage() async throws {
        var records = Self.records(4000, seed: 9, of: 100_000)
        for index in stride(from: 5, to: 4000, by: 400) { records[index] = #"{"id":nul,"userName":"x"}"# }
        let (entry, sent) = try await run([.body(Self.body(records), pieces: 20)], reason: .randomOrder)
        #expect(entry.status == .completed && sent.count == 3990)
        try expectOneLanePerName(sent)
        expectOrder(sent)
    }

    // MARK: Helpers

    private static func cut(_ records: some Sequence<String>) -> String { "[" + records.joined(separator: ",") + "," }

    private func expectOneLanePerName(_ sent: [Sent]) throws {
        for (name, users) in Dictionary(grouping: sent, by: \.name) {
            #expect(Set(users.map(\.lane)).count == 1, "\(name)")
        }
    }

    /// Ids count up in the stream, so they do for each name in the queue.
    private func expectOrder(_ sent: [Sent]) {
        for (name, users) in Dictionary(grouping: sent, by: \.name) {
            let ids = users.map(\.user.legacyID)
            #expect(ids == ids.sorted(), "\(name)")
        }
    }

    /// Runs a sync with 32 lanes and batches of 150.
    private func run(
        _ answers: [SteppedSource.Answer], table: ScriptedTable = ScriptedTable([]), maximumMessageBytes: Int = 262_144,
        reason: NameSample.Choice.Reason? = nil
    ) async throws -> (SyncLogEntry, [Sent]) {
        let sqs = InMemorySQS()
        let record = ScriptedRecord()
        record.whenLookedAt {
            let batches = sqs.messages().compactMap { try? MessageDecoder.decode($0.body) }
            record.show(
                LedgerProgress(batchesApplied: batches.count, usersApplied: batches.reduce(0) { $0 + $1.count }))
        }
        let clock = SteppedClock()
        let log = RecordedLog()
        let configuration = SyncConfiguration(
            legacyAPI: LegacyAPIConfiguration(
                url: "http://127.0.0.1/", key: "k", idleTimeout: .seconds(60), certificateAuthorityFile: nil),
            queueURL: InMemorySQS.queueURL, deadLetterQueueURL: nil,
            database: PostgresConfiguration(connectionString: nil, applicationName: "test"), batchSize: 150,
            messageGroups: 32, maximumMessageBytes: maximumMessageBytes, streamAttempts: 3, minimumPercent: 0,
            stallTimeout: .seconds(60), mode: .delta, indexFolder: IndexFolder("/tmp"),
            missingUsers: MissingUsersPolicy(action: .keep, maximumPercent: 5), historyDays: 90)
        let entry = try await SyncRun(
            configuration: configuration, record: record, source: SteppedSource(answers, clock: clock), table: table,
            sqs: try sqs.client(), observers: [], clock: clock.pipelineClock(),
            logger: log.logger
        ).run()
        let chosen = log.lines.filter { $0.message == "lanes are chosen" }.map { $0.metadata["reason"] }
        if let reason { #expect(chosen == [reason.rawValue]) } else { #expect(chosen.count == 1) }
        let sent = try sqs.messages().flatMap { message in
            let batch = try MessageDecoder.decode(message.body)
            let identity = try #require(
                MessageIdentity(groupID: message.group, deduplicationID: message.deduplicationID))
            return SampleUser.users(of: batch).map { Sent(attempt: identity.attempt, lane: message.group, user: $0) }
        }
        return (entry, sent)
    }
}

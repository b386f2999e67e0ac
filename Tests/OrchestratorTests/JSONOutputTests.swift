import Foundation
import SyncCore
import SyncPipeline
import Synchronization
import TestSupport
import Testing

@testable import Orchestrator
@testable import SQS
@testable import SyncStorage

@Suite("The JSON forms are those of docs/json-output.md")
struct JSONOutputTests {
    /// A JSON value, by what the page calls its type.
    private enum JSONValue: Decodable {
        case null, boolean(Bool), integer(Int), string(String)
        indirect case array([JSONValue]), object([String: JSONValue])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .boolean(value)
            } else if let value = try? container.decode(Int.self) {
                self = .integer(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else if let value = try? container.decode([JSONValue].self) {
                self = .array(value)
            } else {
                self = .object(try container.decode([String: JSONValue].self))
            }
        }

        var type: String {
            switch self {
            case .null: "null"
            case .boolean: "boolean"
            case .integer: "integer"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        }
    }

    /// The members that the page promises below each heading, with their types.
    private static func documented() throws -> [String: [String: String]] {
        let page = try String(contentsOfFile: packageRoot + "/docs/json-output.md", encoding: .utf8)
        var sections: [String: [String: String]] = [:]
        var heading = ""
        for line in page.split(separator: "\n") {
            if line.hasPrefix("#") {
                heading = line.drop { $0 == "#" || $0 == " " }.description
            } else if line.hasPrefix("| `") {
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                sections[heading, default: [:]][cells[0].trimmingCharacters(in: ["`"])] = cells[1]
            }
        }
        return sections
    }

    private func check(_ heading: String, _ json: String) throws {
        let promised = try #require(try Self.documented()[heading], "docs/json-output.md has no \(heading)")
        var value = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        if case .array(let elements) = value { value = try #require(elements.first) }
        guard case .object(let members) = value else {
            Issue.record("no object: \(json)")
            return
        }
        #expect(Set(members.keys) == Set(promised.keys), "\(heading)")
        for (name, member) in members {
            let types = promised[name]?.components(separatedBy: " or ") ?? []
            #expect(types.contains(member.type), "\(heading) \(name): \(member.type)")
        }
    }

    private func entry(isFinal: Bool) -> SyncLogEntry {
        SyncLogEntry(
            id: 1, status: isFinal ? .failed : .running, startedAt: 0, finishedAt: isFinal ? 5 : nil,
            durationMilliseconds: isFinal ? 5 : nil, totalProcessed: 3, errorMessage: isFinal ? "it failed" : nil,
            counters: SyncCounters())
    }

    @Test("a sync", arguments: [true, false])
    func sync(isFinal: Bool) throws {
        try check("sync, status, history", SyncLogReport.json(entry(isFinal: isFinal)))
        try check("sync, status, history", SyncLogReport.json([entry(isFinal: isFinal)]))
        #expect(try SyncLogReport.json(nil as SyncLogEntry?) == "null")
    }

    @Test("what a sync changed, with and without knowing who is missing; CSV has the same names")
    func report() throws {
        var counters = SyncCounters()
        (counters.received, counters.inserted, counters.unchanged) = (3, 1, 2)
        for missing in [4, nil] {
            counters.missing = missing
            let report = ChangeReport(
                SyncLogEntry(
                    id: 7, status: .completed, startedAt: 0, finishedAt: 5, durationMilliseconds: 5, totalProcessed: 3,
                    errorMessage: nil, counters: counters))
            let json = try report.rendered(as: .json)
            try check("report", json)
            let csv = try report.rendered(as: .csv).split(separator: "\n")
            let names = try #require(csv.first).split(separator: ",").map(String.init)
            #expect(Set(names) == Set(try #require(try Self.documented()["report"]).keys))
            #expect(
                csv.last
                    == (missing == nil ? "7,COMPLETED,3,1,0,0,2,0,0,0,,0,0," : "7,COMPLETED,3,1,0,0,2,0,0,0,4,0,0,"))
        }
    }

    @Test("a user as it is shown and exported, whole or with nothing but a number", arguments: [true, false])
    func user(isWhole: Bool) throws {
        let user = isWhole ? StoredUser.sample("ana") : .empty
        try check("users show", SyncLogReport.encode(UserDocument(user: user)))
        var line: [UInt8] = []
        UserLines(format: .jsonl).append(user, to: &line)
        try check("users show", String(decoding: line, as: UTF8.self))
        // In the order of the page.
        let page = try String(contentsOfFile: packageRoot + "/docs/json-output.md", encoding: .utf8)
        let places = UserDocument.names.compactMap { page.range(of: "| `\($0)` |")?.lowerBound }
        #expect(places.count == UserDocument.names.count)
    }

    @Test("users that a sync changed; the page names every kind of change")
    func changedUsers() async throws {
        let output = Mutex("")
        var writer = ChangedUserWriter(format: .json) { bytes in
            output.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        var name = "ana"
        name.withUTF8 { writer.receive(ChangedUser(userName: UnsafeRawBufferPointer($0), change: .updated)) }
        try await writer.flush()
        try check("report --users", output.withLock { $0 })
        let page = try String(contentsOfFile: packageRoot + "/docs/json-output.md", encoding: .utf8)
        for change in UserChange.allCases { #expect(page.contains("`\(change.rawValue)`")) }
    }

    @Test("rejects, and their summary")
    func rejects() throws {
        let refused = RefusedUser(
            userName: "ana", batchNumber: 3, sqlState: "23505", constraint: "one_address", message: "duplicate key")
        let cause = RefusalGroup(sqlState: "23505", constraint: "one_address", count: 1)
        try check("rejects", RejectReport.json([StoredReject(byteOffset: 1, reason: "notJSON", excerpt: "{/")]))
        try check("rejects", RejectReport.json([], [refused]))
        try check("rejects --summary", RejectReport.json([], [cause]))
        try check(
            "rejects --summary", RejectReport.json([RejectGroup(reason: "notJSON", count: 2, firstByteOffset: 1)]))
    }

    @Test("what the source sent, while the sync is under way too; the page names every kind of change and type")
    func source() throws {
        let page = try String(contentsOfFile: packageRoot + "/docs/json-output.md", encoding: .utf8)
        for stored in [StoredProfile.sample(), .sample(duplicates: nil, milliseconds: nil)] {
            let json = try SyncLogReport.encode(SourceDocument(stored))
            try check("source", json)
            #expect(!json.contains("\u{1b}"))
            let document = try JSONDecoder().decode(SourceLists.self, from: Data(json.utf8))
            #expect(document.rejects.map(\.reason) == ["missing_field", "too_deep", "invalid_json"])
            try check("A reason", SyncLogReport.encode(document.rejects))
            for field in stored.profile.fields {
                try check("A field", SyncLogReport.encode(SourceDocument.Field(field)))
            }
            try check("An unknown field", SyncLogReport.encode(stored.profile.unknownFields))
            #expect(!stored.changes.isEmpty)
            for change in stored.changes { try check("A change", SyncLogReport.encode(SourceDocument.Change(change))) }
        }
        for word in SourceChange.Kind.allCases.map(\.rawValue) + JSONType.allCases.map(\.rawValue) {
            #expect(page.contains("`\(word)`"), "\(word)")
        }
    }

    private struct SourceLists: Decodable {
        struct Reason: Codable {
            let reason: String
            let count: Int
        }

        let rejects: [Reason]
    }

    @Test("dead letters, ours and others'", arguments: [true, false])
    func deadLetters(isOurs: Bool) throws {
        let identity = MessageIdentity(syncID: 7, attempt: 1, number: 3, lane: 2)
        var attributes = ["MessageGroupId": "other", "MessageDeduplicationId": "other", "ApproximateReceiveCount": "5"]
        if isOurs {
            attributes["MessageGroupId"] = identity.groupID
            attributes["MessageDeduplicationId"] = identity.deduplicationID
            attributes["SentTimestamp"] = "0"
        }
        let message = SQSMessage(
            messageID: "m", receiptHandle: "r", body: Array("lost".utf8), systemAttributes: attributes, attributes: [:])
        let report = DeadLetterReport(DeadLetter(message), failures: [], now: Date())
        try check("A dead letter", SyncLogReport.encode(report))
        try check(
            "dead-letters list", SyncLogReport.encode(DeadLetterDocument(total: 1, deadLetters: [report])))
    }

    @Test("what redrive, reset, history prune and migrate did")
    func changes() throws {
        var outcome = Redrive.Outcome()
        outcome.completed = [7]
        outcome.unfinished = [8: 1]
        try check("dead-letters redrive", SyncLogReport.encode(RedriveReport(outcome, isDryRun: false)))
        try check("reset", SyncLogReport.encode(ResetDocument(reset: [7])))
        var pruned = PrunedHistory()
        for _ in 1...2 {
            try check("history prune", SyncLogReport.encode(PruneReport(pruned: pruned, days: 90, isDryRun: true)))
            pruned.add(2, from: 1, to: 2)
        }
        try check("migrate", SyncLogReport.encode(MigrationDocument(version: 3, applied: ["a step"])))
    }

    @Test("what doctor found; the page names every subject and every outcome")
    func doctor() throws {
        let findings: [Finding] = [.ok(.queue, "it answers"), .problem(.clock, "it is late", advice: "set it")]
        try check("doctor", SyncLogReport.encode(DoctorReport(findings: findings)))
        for finding in findings { try check("A finding", SyncLogReport.encode(finding)) }
        let page = try String(contentsOfFile: packageRoot + "/docs/json-output.md", encoding: .utf8)
        for word in Finding.Subject.allCases.map(\.rawValue) + Finding.Outcome.allCases.map(\.rawValue) {
            #expect(page.contains("`\(word)`"), "\(word)")
        }
    }

    @Test("the status words are those of the page")
    func statusWords() throws {
        let page = try String(contentsOfFile: packageRoot + "/docs/json-output.md", encoding: .utf8)
        for status in SyncStatus.allCases { #expect(page.contains("`\(status.rawValue)`")) }
    }
}

import Foundation
import Hummingbird
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncPipeline
import Testing

@testable import Orchestrator
@testable import SQS
@testable import SyncStorage

/// What schemathesis finds against a running server, found in a moment: a member or a path that one side lacks.
@Suite("The OpenAPI document and the code")
struct OpenAPIDocumentTests {
    private let document: [String: Any]

    init() throws {
        let object = try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json))
        document = try #require(object as? [String: Any])
    }

    private func at(_ path: String...) throws -> [String: Any] {
        try path.reduce(document) { object, key in
            try #require(object[key] as? [String: Any], "the document has no \(path.joined(separator: "."))")
        }
    }

    private func members(_ value: some Encodable) throws -> Set<String> {
        let object = try JSONSerialization.jsonObject(with: Data(try SyncLogReport.encode(value).utf8))
        return Set(try #require(object as? [String: Any]).keys)
    }

    @Test("each document has exactly the members that its schema names")
    func members() throws {
        let entry = SyncLogEntry(
            id: 1, status: .running, startedAt: 1, finishedAt: nil, durationMilliseconds: nil, totalProcessed: 0,
            errorMessage: nil, counters: SyncCounters())
        let user = StoredUser(
            id: 1, values: UserField.all.map { _ in .null }, createdAt: 0, updatedAt: 0, deletedAt: nil, syncID: nil)
        let reject = StoredReject(byteOffset: 0, reason: "", excerpt: "")
        var watch = ProgressWatch()
        let progress = watch.document(entry, now: 2, isCancellable: true)
        let message = SQSMessage(
            messageID: "", receiptHandle: "", body: [], systemAttributes: [:], attributes: [:])
        let letter = DeadLetterReport(DeadLetter(message), failures: [], now: Date())
        let kept = VerdictKeeper.Kept(
            outcome: ServiceExamination.Outcome(findings: [], syncs: nil), examinedAt: 0, sourceExaminedAt: nil)
        let documents: [(String, Set<String>)] = [
            ("Sync", try members(SyncLogDocument(entry))), ("User", try members(UserDocument(user: user))),
            ("Source", try members(SourceDocument(.sample()))),
            ("UserPage", try members(UserPage(users: [user], limit: 1))),
            ("ChangeReport", try members(ChangeReport(entry))),
            ("RejectPage", try members(RejectPage(reasons: [], rejects: [reject], limit: 1))),
            ("DeadLetter", try members(letter)),
            ("DeadLetterPage", try members(DeadLetterPage(total: 0, deadLetters: [letter]))),
            ("RedriveReport", try members(RedriveReport(Redrive.Outcome(), isDryRun: true))),
            ("Verdict", try members(VerdictDocument(kept, schedule: nil))),
            ("Finding", try members(Finding.ok(.clock, ""))),
            ("Progress", try members(progress)), ("Pace", try members(try #require(progress.pace))),
            ("Problem", try members(Problem(.conflict, "", running: SyncLogDocument(entry)))),
        ]
        for (name, members) in documents {
            let properties = Set(try at("components", "schemas", name, "properties").keys)
            #expect(members == properties, "\(name): \(members.symmetricDifference(properties))")
        }
    }

    @Test("each path and method that is served is in the document, and the other way round")
    func paths() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let settings = Settings(variables: [
            "LEGACY_API_URL": "http://127.0.0.1/", "LEGACY_API_KEY": "k", "AWS_REGION": "r",
            "SQS_QUEUE_URL": "http://127.0.0.1/q.fifo", "DATABASE_URL": "postgres://127.0.0.1/none",
        ])
        let syncSettings = try SyncSettings(settings)
        let server = APIServer(
            configuration: try ServingConfiguration(settings), settings: syncSettings,
            pool: PostgresPool(syncSettings.sync.database, maximumConnections: 1, logger: logger),
            supervisor: SyncSupervisor(logger: logger) { throw CancellationError() }, logger: logger)
        let page = Set(PageFile.all.map(\.path))
        let served = Set(server.router().routes.map { $0.path.description }).subtracting(page)
        #expect(served == Set(try at("paths").keys))
    }
}

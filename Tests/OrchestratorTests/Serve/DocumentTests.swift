import Foundation
import HTTPTypes
import SyncCore
import SyncPipeline
import Testing

@testable import Orchestrator
@testable import SyncStorage

@Suite("What the HTTP API writes")
struct DocumentTests {
    @Test("a problem document has the members of RFC 9457")
    func problem() throws {
        let json = try SyncLogReport.encode(Problem(.notFound, "there is no sync 4"))
        #expect(json == #"{"detail":"there is no sync 4","status":404,"title":"Not Found","type":"about:blank"}"#)
    }

    @Test("a problem repeats no control character and no endless letter of a request")
    func problemText() {
        let letter = "e" + String(repeating: "\u{301}", count: 100_000)
        let detail = Problem(.badRequest, "\u{1B}[31m\u{202E}\u{9B}\n\(letter)").detail
        #expect(detail.utf8.starts(with: " [31m?  e".utf8) && detail.unicodeScalars.count <= 4001)
    }

    @Test("metrics keep to the text format, and name no value that is not known")
    func metrics() throws {
        let empty = PrometheusText(countsByStatus: [:], newest: nil, newestCompleted: nil).text
        #expect(empty.contains("user_sync_syncs{status=\"COMPLETED\"} 0\n"))
        #expect(empty.contains("user_sync_running 0\n"))
        #expect(!empty.contains("last_completed"))

        var counters = SyncCounters()
        (counters.received, counters.skipped, counters.newlyDeleted) = (12, 9, 2)
        let entry = SyncLogEntry(
            id: 3, status: .completed, startedAt: 1_000_000, finishedAt: 1_700_000_000_000_250,
            durationMilliseconds: 5, totalProcessed: 12, errorMessage: nil, counters: counters)
        let full = PrometheusText(countsByStatus: [.completed: 2], newest: entry, newestCompleted: entry).text
        #expect(full.contains("user_sync_syncs{status=\"COMPLETED\"} 2\n"))
        #expect(full.contains("user_sync_last_completed_timestamp_seconds 1700000000.000250\n"))
        #expect(full.contains("user_sync_last_completed_duration_seconds 0.005\n"))
        #expect(full.contains("user_sync_newest_received 12\n"))
        #expect(full.contains("user_sync_newest_skipped 9\n"))
        #expect(full.contains("user_sync_newest_newly_deleted 2\n"))
        #expect(!full.contains("user_sync_newest_missing "))
        let line = /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[A-Z]+"\})? -?[0-9.]+)$/
        for text in full.split(separator: "\n") { #expect(text.wholeMatch(of: line) != nil, "\(text)") }
        #expect(full.hasSuffix("\n"))
    }

    @Test("a running sync of the newest kind is told from an ended one")
    func runningMetric() {
        let entry = SyncLogEntry(
            id: 3, status: .processing, startedAt: 1, finishedAt: nil, durationMilliseconds: nil, totalProcessed: 0,
            errorMessage: nil, counters: SyncCounters())
        #expect(
            PrometheusText(countsByStatus: [:], newest: entry, newestCompleted: nil).text
                .contains("user_sync_running 1\n"))
    }

    @Test("a page of rejects names its successor exactly when another piece follows, which is not shown yet")
    func rejectPage() throws {
        let rejects = [
            StoredReject(byteOffset: 5, reason: "junk", excerpt: "{"), .init(byteOffset: 9, reason: "x", excerpt: ""),
        ]
        let first = RejectPage(reasons: [], rejects: rejects, limit: 1)
        #expect(first.next == 5 && first.rejects.count == 1)
        for limit in 2...3 {
            let last = RejectPage(reasons: [], rejects: rejects, limit: limit)
            #expect(last.next == nil && last.rejects.count == 2)
        }
        #expect(try SyncLogReport.encode(RejectPage(reasons: [], rejects: [], limit: 1)).contains(#""next":null"#))
    }

    @Test("escapes of a path are decoded strictly")
    func percentEncoding() {
        #expect(PercentEncoding.decode("ana%20m%C3%a1%2F") == "ana má/")
        #expect(PercentEncoding.decode("plain+text") == "plain+text")
        for text in ["%", "%4", "%zz", "%C3", "%ff"] { #expect(PercentEncoding.decode(text) == nil, "\(text)") }
    }
}

@Suite("What the HTTP API is told")
struct RedriveOrderTests {
    @Test("what is not said has its default, and what is said is taken")
    func order() throws {
        let nothing = try RedriveOrder(nil)
        #expect(nothing.syncID == nil && !nothing.isDryRun && nothing.waitSeconds == 10)
        #expect(try RedriveOrder([:]) == nothing)
        let all = try RedriveOrder(["sync_id": .integer(4), "dry_run": .boolean(true), "wait_seconds": .integer(0)])
        #expect(all.syncID == 4 && all.isDryRun && all.waitSeconds == 0)
    }

    @Test("a member that is unknown or malformed is refused by name, and nothing is sent")
    func malformed() throws {
        let bodies = [
            #"{"dryrun":true}"#, #"{"dry_run":"true"}"#, #"{"dry_run":1}"#, #"{"sync_id":0}"#, #"{"sync_id":null}"#,
            #"{"sync_id":1.5}"#, #"{"wait_seconds":31}"#, #"{"wait_seconds":-1}"#, #"{"wait_seconds":[1]}"#,
        ]
        for body in bodies {
            let members = try JSONDecoder().decode([String: JSONScalar].self, from: Data(body.utf8))
            let problem = #expect(throws: Problem.self, "\(body)") { try RedriveOrder(members) }
            #expect(problem?.status == .badRequest)
            #expect(problem?.detail.contains(members.keys.first ?? "?") == true)
        }
    }
}

@Suite("A sync that is watched")
struct ProgressWatchTests {
    private func entry(_ id: Int64, _ status: SyncStatus, received: Int = 0) -> SyncLogEntry {
        var counters = SyncCounters()
        counters.received = received
        return SyncLogEntry(
            id: id, status: status, startedAt: 5_000_000, finishedAt: nil, durationMilliseconds: nil,
            totalProcessed: 0, errorMessage: nil, counters: counters)
    }

    @Test("the pace is that of the last seconds, and the last completed sync says how long it may take")
    func pace() throws {
        var watch = ProgressWatch()
        let first = entry(7, .running, received: 1_000)
        #expect(watch.needsLast(for: first))
        watch.begin(first, last: LastSync(users: 10_000, duration: .seconds(20)))
        #expect(!watch.needsLast(for: first))
        _ = watch.document(first, now: 6_000_000, isCancellable: true)
        let document = watch.document(entry(7, .running, received: 3_000), now: 8_000_000, isCancellable: true)
        let pace = try #require(document.pace)
        #expect(pace.elapsedMilliseconds == 3_000)
        #expect(pace.usersPerSecond == 1_000)
        #expect(pace.fractionDone == 0.3)
        #expect(pace.remainingSeconds == 7)
        #expect(document.isCancellable)
    }

    @Test("an ended sync has no pace, and the next sync does not inherit one")
    func next() throws {
        var watch = ProgressWatch()
        watch.begin(entry(7, .running), last: nil)
        _ = watch.document(entry(7, .running, received: 9_000), now: 6_000_000, isCancellable: false)
        #expect(watch.document(entry(7, .failed), now: 7_000_000, isCancellable: false).pace == nil)
        let next = entry(8, .running, received: 10)
        #expect(watch.needsLast(for: next))
        watch.begin(next, last: nil)
        let pace = try #require(watch.document(next, now: 8_000_000, isCancellable: false).pace)
        #expect(pace.usersPerSecond == nil)
        #expect(pace.fractionDone == nil)
        #expect(watch.document(nil, now: 0, isCancellable: false).sync == nil)
    }

    @Test("every member is there, null where it is not known")
    func nulls() throws {
        var watch = ProgressWatch()
        #expect(
            try SyncLogReport.encode(watch.document(nil, now: 0, isCancellable: false))
                == #"{"cancellable":false,"pace":null,"sync":null}"#)
    }
}

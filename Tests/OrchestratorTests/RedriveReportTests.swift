import SyncCore
import Testing

@testable import Orchestrator

@Suite("What a redrive says")
struct RedriveReportTests {
    private let batch = MessageIdentity(syncID: 7, attempt: 1, number: 3, lane: 2)

    @Test("each sync is told apart: completed, waiting, failed again, beyond help")
    func syncs() {
        var outcome = Redrive.Outcome()
        outcome.replayed = [batch]
        outcome.left = 2
        outcome.completed = [7]
        outcome.unfinished = [8: 0, 9: 4]
        outcome.superseded = [5]
        let lines = RedriveReport(outcome, isDryRun: false).text.split(separator: "\n").map(String.init)
        #expect(lines.count == 6)
        #expect(lines[0] == "sent 1 batches again: sync 7 batch 3")
        #expect(lines[1].hasPrefix("2 messages stay"))
        #expect(lines[2] == "sync 7 is COMPLETED now")
        #expect(lines[3] == "sync 8 is not complete: batches are missing; do workers run?")
        #expect(lines[4].hasPrefix("sync 9 is not complete: 4 of its batches failed again"))
        #expect(lines[5].hasPrefix("sync 5 stays as it is"))
    }

    @Test("a dry run promises, and an empty queue is said to be empty")
    func dryRun() {
        var outcome = Redrive.Outcome()
        #expect(RedriveReport(outcome, isDryRun: true).text == "nothing would be sent again")
        #expect(RedriveReport(outcome, isDryRun: false).text == "nothing was sent again")
        outcome.replayed = (1...12).map { MessageIdentity(syncID: 7, attempt: 1, number: $0, lane: 0) }
        let text = RedriveReport(outcome, isDryRun: true).text
        #expect(text.hasPrefix("would send 12 batches again: sync 7 batch 1, "))
        #expect(text.hasSuffix("sync 7 batch 10, …"))
    }
}

import Foundation
import Logging
import ServiceRuntime
import SyncCore
import SyncPipeline
import TestSupport
import Testing

@testable import Orchestrator

@Suite("Short lines of the orchestrator")
struct TerminalPhrasesTests {
    private func line(_ message: String, _ fields: Logger.Metadata) -> String {
        TerminalPhrases.orchestrator.line(message, LogFields(fields))
    }

    @Test("say in a few words what happened and what comes next")
    func phrases() {
        #expect(line("sync started", ["sync_id": "42", "trace_id": "4bf9"]) == "sync 42 started")
        let retry: Logger.Metadata = ["attempt": "1", "pause": "0.412 seconds", "error": "the legacy API answered 500"]
        #expect(
            line("the stream failed, opening it again", retry.merging(["http_status": "500"]) { $1 })
                == "stream failed (500), retrying in 0.4 s")
        #expect(
            line("the stream failed, opening it again", retry)
                == "stream failed, retrying in 0.4 s: the legacy API answered 500")
        #expect(
            line("stream complete", ["users": "3000", "rejects": "1", "bytes": "1200000"])
                == "stream complete: 3,000 users, 1 reject, 1.2 MB")
        #expect(
            line("the source has changed", ["change": "field `phone` is new in 100% of records"])
                == "the source has changed: field `phone` is new in 100% of records")
        #expect(
            line("table read", ["users": "1", "mode": "delta", "milliseconds": "140"])
                == "table read: 1 user in 0.1 s, only changes are sent")
        #expect(
            line("the database is away, trying again", ["pause": "2.5 seconds", "error": "no route to host"])
                == "the database is away, retrying in 2.5 s: no route to host")
    }

    @Test("belong to events that are logged, word for word")
    func messages() throws {
        let sources = URL(fileURLWithPath: "\(packageRoot)/Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        var code = ""
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift", !file.lastPathComponent.hasPrefix("TerminalPhrases") else { continue }
            code += try String(contentsOf: file, encoding: .utf8)
        }
        for message in TerminalPhrases.orchestrator.messages {
            #expect(code.contains("\"\(message)\""), "nothing is logged as '\(message)'")
        }
    }

    @Test("a sync that does not move is told after 10 s, and no longer when it moves again or begins another part")
    func standstill() {
        var standstill = Standstill()
        func look(_ seconds: Int, bytes: Int64, _ phase: SyncProgress.Phase = .streaming) -> Duration? {
            standstill.observe(
                ProgressTests.snapshot(phase) {
                    $0.elapsed = .seconds(seconds)
                    $0.counters.streamBytes = bytes
                })
        }
        #expect(look(0, bytes: 1) == nil)
        #expect(look(9, bytes: 1) == nil)
        #expect(look(12, bytes: 1) == .seconds(12))
        #expect(look(13, bytes: 2) == nil)
        #expect(look(24, bytes: 2) == .seconds(11))
        #expect(look(25, bytes: 2, .draining) == nil)
        #expect(look(40, bytes: 3, .draining) == .seconds(15))
    }

    @Test("a standstill and dead letters are told in the display, at every width")
    func notes() {
        let snapshot = ProgressTests.snapshot(.draining) { $0.batchesDead = 2 }
        for columns in [20, 40, 80, 200] {
            let lines = ProgressLayout(columns: columns, usesColour: false, usesUnicode: true)
                .lines(snapshot, syncID: 1, still: .seconds(42))
            let text = lines.joined(separator: " ")
            #expect(text.contains("2 batches are dead") && text.contains("no batch was"), "\(lines)")
            #expect(lines.allSatisfy { TextWidth.columns(of: $0) < columns }, "\(lines)")
        }
    }
}

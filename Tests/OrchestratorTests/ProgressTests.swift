import ServiceRuntime
import SyncCore
import SyncPipeline
import Testing

@testable import Orchestrator

@Suite("How far a sync is")
struct ProgressTests {
    static func snapshot(
        _ phase: SyncProgress.Phase = .streaming, _ change: (inout ProgressSnapshot) -> Void = { _ in }
    ) -> ProgressSnapshot {
        var counters = SyncCounters()
        counters.received = 500_000
        counters.streamBytes = 61_249_000
        counters.batchesSent = 500
        counters.batchesApplied = 480
        counters.rejected = 12
        counters.streamAttempts = 1
        var snapshot = ProgressSnapshot(
            phase: phase, elapsed: .seconds(83), counters: counters, usersPerSecond: 5000, bytesPerSecond: 734_000,
            batchesAppliedPerSecond: 10, queue: QueueDepth(waiting: 9, inFlight: 2),
            last: LastSync(users: 1_000_000, duration: .seconds(240)))
        change(&snapshot)
        return snapshot
    }

    @Test("the last sync is the measure: half of its users at this pace means the same time again")
    func estimateOfStream() {
        let estimate = ProgressEstimate(Self.snapshot { $0.batchesAppliedPerSecond = 100 })
        #expect(estimate == ProgressEstimate(Self.snapshot { $0.batchesAppliedPerSecond = nil }))
        #expect(estimate.fractionDone == 0.5)
        #expect(estimate.remaining == .seconds(100))
    }

    @Test("workers that are slower than the stream decide how long it takes")
    func estimateOfSlowWorkers() {
        // 1000 batches in all, 480 applied, 4 a second.
        #expect(ProgressEstimate(Self.snapshot { $0.batchesAppliedPerSecond = 4 }).remaining == .seconds(130))
    }

    @Test("without a measure, beyond it, or at a standstill, no time is promised")
    func noEstimate() {
        #expect(ProgressEstimate(Self.snapshot { $0.last = nil }).fractionDone == nil)
        let beyond = ProgressEstimate(Self.snapshot { $0.counters.received = 1_000_001 })
        #expect(beyond.fractionDone == nil && beyond.remaining == nil)
        #expect(ProgressEstimate(Self.snapshot { $0.usersPerSecond = 0 }).remaining == nil)
        #expect(ProgressEstimate(Self.snapshot(.draining) { $0.batchesAppliedPerSecond = 0 }).remaining == nil)
    }

    @Test("while draining the ledger is the measure")
    func estimateOfDrain() {
        let estimate = ProgressEstimate(Self.snapshot(.draining))
        #expect(estimate.fractionDone == 0.96)
        #expect(estimate.remaining == .seconds(2))
        let nothingSent = ProgressEstimate(
            Self.snapshot(.draining) {
                $0.counters.batchesSent = 0
                $0.counters.batchesApplied = 0
            })
        #expect(nothingSent.fractionDone == 1)
    }

    @Test("a rate is that of the last seconds, and begins anew when the stream does")
    func rates() {
        var window = RateWindow()
        window.observe(0, at: .zero)
        #expect(window.perSecond == nil)
        for second in 1...20 { window.observe(Int64(second) * 100, at: .seconds(second)) }
        #expect(window.perSecond == 100)
        for second in 21...40 { window.observe(2000, at: .seconds(second)) }
        #expect(window.perSecond == 0)
        window.observe(50, at: .seconds(41))
        #expect(window.perSecond == nil)
        window.observe(90, at: .seconds(43))
        #expect(window.perSecond == 20)
        // The counter comes from a row, which may hold anything.
        window.observe(.min, at: .seconds(60))
        window.observe(.max, at: .seconds(62))
        #expect((window.perSecond ?? 0) > 9e18)
    }

    @Test("a failed sync, one without users and none at all are no measure")
    func lastSync() {
        func entry(_ status: SyncStatus, received: Int) -> SyncLogEntry {
            var counters = SyncCounters()
            counters.received = received
            return SyncLogEntry(
                id: 1, status: status, startedAt: 0, finishedAt: 1, durationMilliseconds: 1500, totalProcessed: 0,
                errorMessage: nil, counters: counters)
        }
        #expect(LastSync(entry(.completed, received: 10)) == LastSync(users: 10, duration: .milliseconds(1500)))
        #expect(LastSync(entry(.failed, received: 10)) == nil)
        #expect(LastSync(entry(.completed, received: 0)) == nil)
        #expect(LastSync(nil) == nil)
    }

    @Test("a queue that names only one of its counts has no depth")
    func queueDepth() {
        let attributes = ["ApproximateNumberOfMessages": "3", "ApproximateNumberOfMessagesNotVisible": "4"]
        #expect(QueueDepth(attributes: attributes) == QueueDepth(waiting: 3, inFlight: 4))
        #expect(QueueDepth(attributes: ["ApproximateNumberOfMessages": "3"]) == nil)
    }
}

@Suite("The live display")
struct ProgressLayoutTests {
    private func lines(_ columns: Int, _ snapshot: ProgressSnapshot, colour: Bool = false) -> [String] {
        ProgressLayout(columns: columns, usesColour: colour, usesUnicode: false).lines(snapshot, syncID: 42)
    }

    @Test("at 80 columns fields stand in pairs")
    func wide() {
        #expect(
            lines(80, ProgressTests.snapshot()) == [
                "sync 42  streaming  1m 23s",
                "[#########################-------------------------]   50%  about 1m 40s left",
                "users      500,000  5,000/s            bytes      61.2 MB  734.0 kB/s",
                "sent       500 batches                 applied    480 batches",
                "in flight  20 batches                  queue      9 waiting, 2 in flight",
                "rejects    12                          last sync  1,000,000 in 4m 00s",
            ])
    }

    @Test("at 40 columns each field has a line")
    func narrow() {
        #expect(
            lines(40, ProgressTests.snapshot(.draining)) == [
                "sync 42  applying  1m 23s",
                "[##############-]   96%  about 2 s left",
                "users      500,000  5,000/s",
                "bytes      61.2 MB  734.0 kB/s",
                "sent       500 batches",
                "applied    480 batches",
                "in flight  20 batches",
                "queue      9 waiting, 2 in flight",
                "rejects    12",
                "last sync  1,000,000 in 4m 00s",
            ])
    }

    @Test("what is not known is not made up")
    func unknown() {
        let first = ProgressTests.snapshot {
            $0.last = nil
            $0.queue = nil
            $0.usersPerSecond = nil
            $0.counters.streamAttempts = 3
        }
        let lines = lines(80, first)
        #expect(lines[0] == "sync 42  streaming, attempt 3  1m 23s")
        #expect(lines[1] == "no earlier sync to compare with")
        #expect(lines[2].hasPrefix("users      500,000  "))
        #expect(!lines[2].contains("/s  ") && lines[4].hasSuffix("queue      -"))
    }

    @Test("no line reaches the last column, at any width, with and without colour", arguments: 1...220)
    func fits(columns: Int) {
        let snapshots = [
            ProgressTests.snapshot(), ProgressTests.snapshot(.draining), ProgressTests.snapshot { $0.last = nil },
        ]
        for snapshot in snapshots {
            let plain = lines(columns, snapshot)
            for line in plain { #expect(TextWidth.columns(of: line) < max(2, columns)) }
            let coloured = lines(columns, snapshot, colour: true)
            #expect(coloured.map { $0.replacing(/\u{1b}\[[0-9;]*m/, with: "") } == plain)
        }
    }
}

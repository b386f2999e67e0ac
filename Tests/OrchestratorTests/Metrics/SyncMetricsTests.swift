import Logging
import MetricsTestKit
import ServiceRuntime
import SyncCore
import SyncPipeline
import Testing

@testable import Orchestrator

@Suite("Metrics of a sync")
struct SyncMetricsTests {
    private let recorded = TestMetrics()
    private let start = ContinuousClock.now

    private func values(_ metric: ServiceMetric) -> [Double] {
        recorded.recorders(label: metric.rawValue).flatMap(\.values)
    }

    private func sum(_ metric: ServiceMetric) -> Int64 { recorded.counterTotal(label: metric.rawValue) }

    private func counters(received: Int, rejected: Int = 0, sent: Int = 0, attempt: Int = 1) -> SyncCounters {
        var counters = SyncCounters()
        counters.received = received
        counters.rejected = rejected
        counters.batchesSent = sent
        counters.streamAttempts = attempt
        return counters
    }

    @Test("each user counts once a reading of the stream, however often the counters are looked at")
    func deltas() {
        let metrics = SyncMetrics(factory: recorded, start: start)
        metrics.observe(counters(received: 1000, rejected: 1, sent: 0), at: start + .seconds(1))
        metrics.observe(counters(received: 1500, rejected: 3, sent: 1), at: start + .seconds(2))
        metrics.observe(counters(received: 1500, rejected: 3, sent: 2), at: start + .seconds(3))
        #expect(sum(.usersReceived) == 1500)
        #expect(sum(.usersRejected) == 3)
        #expect(sum(.batchesSent) == 2)
        #expect(values(.streamRate) == [1000, 500, 0])
    }

    @Test("a stream that is opened again counts again, batches do not")
    func secondReading() {
        let metrics = SyncMetrics(factory: recorded, start: start)
        metrics.observe(counters(received: 1000, sent: 3), at: start + .seconds(1))
        metrics.observe(counters(received: 0, sent: 3, attempt: 2), at: start + .seconds(2))
        metrics.observe(counters(received: 2000, sent: 5, attempt: 2), at: start + .seconds(3))
        #expect(sum(.usersReceived) == 3000)
        #expect(sum(.batchesSent) == 5)
    }

    @Test("a completed sync tells how long it took, how long it drained, and that the age of the last one is zero")
    func completed() {
        let metrics = SyncMetrics(factory: recorded, start: start)
        metrics.began(lastCompletedAge: .seconds(21_600), at: start + .seconds(1))
        metrics.streamCompleted(counters(received: 10), at: start + .seconds(20))
        metrics.observe(counters(received: 10), at: start + .seconds(22))
        metrics.ended(.completed, counters(received: 10), at: start + .seconds(25))
        #expect(sum(.syncsCompleted) == 1)
        #expect(sum(.syncsFailed) == 0)
        #expect(values(.syncDuration) == [25])
        #expect(values(.drainTime) == [5])
        #expect(values(.lastCompletedSyncAge).last == 0)
        // Not while it drains: that is not the stream's rate.
        #expect(values(.streamRate) == [0.5])
    }

    @Test("a failed sync leaves the last completed one as old as it is")
    func failed() {
        let metrics = SyncMetrics(factory: recorded, start: start)
        metrics.began(lastCompletedAge: .seconds(21_600), at: start + .seconds(1))
        metrics.ended(.failed, counters(received: 10), at: start + .seconds(61))
        #expect(sum(.syncsCompleted) == 0)
        #expect(sum(.syncsFailed) == 1)
        #expect(values(.drainTime) == [])
        #expect(values(.lastCompletedSyncAge).last == 21_660)
    }

    @Test("before the first completed sync there is no age")
    func firstSync() {
        let metrics = SyncMetrics(factory: recorded, start: start)
        metrics.began(lastCompletedAge: nil, at: start)
        metrics.failed(at: start + .seconds(1))
        #expect(sum(.syncsFailed) == 1)
        #expect(values(.lastCompletedSyncAge) == [])
    }

    @Test("a sync that kept missing users for damage counts as postponed, once")
    func postponed() {
        for isPostponed in [false, true] {
            let progress = SyncProgress(syncID: 1)
            if isPostponed { progress.noteMarkingPostponed() }
            let entry = SyncLogEntry(
                id: 1, status: .completed, startedAt: 0, finishedAt: 0, durationMilliseconds: 0, totalProcessed: 0,
                errorMessage: nil, counters: SyncCounters())
            SyncMetrics(factory: recorded, start: start).ended(
                entry, progress, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        }
        #expect(sum(.syncsPostponed) == 1)
    }
}

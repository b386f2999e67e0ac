import CoreMetrics
import Logging
import ServiceRuntime
import SyncCore
import SyncPipeline
import Synchronization

/// Makes metrics of one sync, from its counters once a second and from its end. The parts that count know nothing of it.
final class SyncMetrics: Sendable {
    private struct State {
        let start: ContinuousClock.Instant
        /// The counters as they were when they were last looked at, and when that was.
        var seen = SyncCounters()
        var seenAt: ContinuousClock.Instant
        /// When the last completed sync ended; nil when there was none, or it is not known.
        var lastCompleted: ContinuousClock.Instant?
        /// When the queue had taken the last batch; nil until then.
        var drainStart: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let usersReceived: Counter
    private let usersRejected: Counter
    private let usersRefused: Counter
    private let rowsNewer: Recorder
    private let batchesSent: Counter
    private let syncsCompleted: Counter
    private let syncsFailed: Counter
    private let syncsPostponed: Counter
    private let sourceChanges: Counter
    private let streamRate: Recorder
    private let drainTime: Recorder
    private let syncDuration: Recorder
    private let lastCompletedSyncAge: Recorder

    /// - Parameters:
    ///   - factory: the backend; `MetricsSystem.factory` in the program.
    ///   - start: when the sync began.
    init(factory: any MetricsFactory, start: ContinuousClock.Instant = .now) {
        state = Mutex(State(start: start, seenAt: start))
        usersReceived = Counter(.usersReceived, factory: factory)
        usersRejected = Counter(.usersRejected, factory: factory)
        usersRefused = Counter(.usersRefused, factory: factory)
        rowsNewer = Recorder(.rowsNewer, factory: factory)
        batchesSent = Counter(.batchesSent, factory: factory)
        syncsCompleted = Counter(.syncsCompleted, factory: factory)
        syncsFailed = Counter(.syncsFailed, factory: factory)
        syncsPostponed = Counter(.syncsPostponed, factory: factory)
        sourceChanges = Counter(.sourceChanges, factory: factory)
        streamRate = Recorder(.streamRate, factory: factory)
        drainTime = Recorder(.drainTime, factory: factory)
        syncDuration = Recorder(.syncDuration, factory: factory)
        lastCompletedSyncAge = Recorder(.lastCompletedSyncAge, factory: factory)
    }

    /// Takes note of how old the last completed sync is; nil when there is none.
    func began(lastCompletedAge age: Duration?, at now: ContinuousClock.Instant = .now) {
        let moment = age.map { now - $0 }
        state.withLock { $0.lastCompleted = moment }
        recordAge(since: moment, at: now)
    }

    /// Looks at the counters: what has come since the last look is counted. Call it about once a second, and before each reading
    /// of the stream but the first, which starts its counters at zero again.
    /// - Parameter current: read with the last look locked, so that no look ever goes back behind another one.
    func observe(_ current: @autoclosure () -> SyncCounters, at now: ContinuousClock.Instant = .now) {
        let (new, rate, lastCompleted) = state.withLock { state in
            let counters = current()
            let isSameReading = counters.streamAttempts == state.seen.streamAttempts
            var new = counters
            new.received -= isSameReading ? state.seen.received : 0
            new.rejected -= isSameReading ? state.seen.rejected : 0
            new.batchesSent -= state.seen.batchesSent
            let elapsed = (now - state.seenAt) / .seconds(1)
            let isReading = state.drainStart == nil && counters.streamAttempts > 0 && elapsed > 0
            state.seen = counters
            state.seenAt = now
            return (new, isReading ? Double(new.received) / elapsed : nil, state.lastCompleted)
        }
        usersReceived.increment(by: new.received)
        usersRejected.increment(by: new.rejected)
        batchesSent.increment(by: new.batchesSent)
        if let rate { streamRate.record(rate) }
        recordAge(since: lastCompleted, at: now)
    }

    /// The stream was read to its end and the queue has taken every batch.
    func streamCompleted(_ counters: @autoclosure () -> SyncCounters, at now: ContinuousClock.Instant = .now) {
        observe(counters(), at: now)
        state.withLock { $0.drainStart = now }
    }

    /// The sync has ended, one way or the other, and the SyncLog says so.
    func ended(
        _ status: SyncStatus, _ counters: @autoclosure () -> SyncCounters, at now: ContinuousClock.Instant = .now
    ) {
        observe(counters(), at: now)
        guard status == .completed else { return failed(at: now) }
        let (start, drainStart) = state.withLock { ($0.start, $0.drainStart) }
        syncsCompleted.increment()
        syncDuration.record(now - start, of: .syncDuration)
        if let drainStart { drainTime.record(now - drainStart, of: .drainTime) }
        recordAge(since: now, at: now)
    }

    /// The sync has failed, whether the SyncLog could be told or not.
    func failed(at now: ContinuousClock.Instant = .now) {
        syncsFailed.increment()
        syncDuration.record(now - state.withLock { $0.start }, of: .syncDuration)
    }

    private func recordAge(since moment: ContinuousClock.Instant?, at now: ContinuousClock.Instant) {
        if let moment { lastCompletedSyncAge.record(now - moment, of: .lastCompletedSyncAge) }
    }
}

extension SyncMetrics: SyncObserver {
    func began(after lastCompleted: SyncLogEntry?) {
        began(lastCompletedAge: lastCompleted?.age(at: WallClock.milliseconds))
    }

    /// Looks at the counters once a second, until cancelled.
    func watch(_ progress: SyncProgress, logger: Logger) async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            observe(progress.counters)
        }
    }

    func attemptBegins(_ progress: SyncProgress) { observe(progress.counters) }

    func streamCompleted(_ progress: SyncProgress) { streamCompleted(progress.counters) }

    func ended(_ entry: SyncLogEntry, _ progress: SyncProgress, logger: Logger) {
        usersRefused.increment(by: entry.counters.refused)
        if let newer = entry.counters.newer { rowsNewer.record(newer) }
        ended(entry.status, progress.counters)
        if progress.isMarkingPostponed { syncsPostponed.increment() }
        sourceChanges.increment(by: progress.sourceChanges)
    }

    func lost() { failed() }
}

extension SyncLogEntry {
    /// How long ago the sync ended; nil while it is under way. Never negative, whatever the database's clock says.
    /// - Parameter now: milliseconds since 1970.
    func age(at now: Int64) -> Duration? {
        finishedAt.map { max(.zero, .milliseconds(now) - .microseconds($0)) }
    }
}

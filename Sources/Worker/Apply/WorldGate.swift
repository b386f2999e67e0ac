import Backoff
import Logging
import SyncCore
import Synchronization

/// Whether the worker can work just now: one for all its consumers, so that one of them asks for all.
///
/// While the gate is closed nothing is received and nothing is tried. Consumers keep what they hold hidden and wait here. A probe
/// with nothing of a batch in it is made at once, then with backoff, and the gate opens when one succeeds, or when the batch that it then
/// lets through is applied (``TrialPassage``). It never gives up.
final class WorldGate: Sendable {
    /// How the wait at the gate ended.
    enum Passage: Sendable, Equatable {
        case open
        /// The worker, or this work of it, was told to stop.
        case stopped
        /// The caller's time is over, and the gate is still closed.
        case expired
    }

    private struct State {
        var outages: OutageState
        var trial = TrialPassage()
        /// The probe under way, or the pause before it.
        var round: Task<Void, Never>?
        /// When the database last answered, or failed to.
        var databaseHeardAt = ContinuousClock.now

        /// Lets someone pass: everybody while nothing is wrong, else the one who takes the passage on trial.
        mutating func admit(_ waiter: TrialPassage.Waiter) -> Bool {
            guard outages.stopsWork else { return true }
            return outages[.release] == nil && trial.take(waiter)
        }
    }

    private let state: Mutex<State>
    private let applied = Atomic(0)
    private let probe: @Sendable () async throws -> Void
    private let probeLimit: Duration
    private let shutdown: ShutdownFlag
    private let metrics: WorkerMetrics
    private let announce: @Sendable () -> Void
    private let logger: Logger

    /// Between probes of a worker that runs for long.
    static let patientBackoff = Backoff(base: .milliseconds(500), cap: .seconds(15), jitter: .half)
    /// A server that accepts a connection and says nothing must not hold the probe.
    static let probeLimit = Duration.seconds(10)
    /// While nothing can be asked: how often those who wait look at their time limits.
    private static let pauseWithoutProbe = Duration.seconds(2)

    /// - Parameters:
    ///   - probe: throws when no batch can be applied.
    ///   - announce: called when an outage begins, after its log line and its metric.
    init(
        backoff: Backoff = WorldGate.patientBackoff, probeLimit: Duration = WorldGate.probeLimit,
        shutdown: ShutdownFlag, metrics: WorkerMetrics, logger: Logger, announce: @escaping @Sendable () -> Void = {},
        probe: @escaping @Sendable () async throws -> Void
    ) {
        state = Mutex(State(outages: OutageState(backoff: backoff)))
        self.probe = probe
        self.probeLimit = probeLimit
        self.shutdown = shutdown
        self.metrics = metrics
        self.announce = announce
        self.logger = logger
    }

    // MARK: What others see

    /// The outage that has lasted longest; nil when the worker waits for nothing.
    var outage: OutageState.Outage? { state.withLock { $0.outages.longest } }

    /// Whether work has to wait.
    var isClosed: Bool { state.withLock { $0.outages.stopsWork } }

    /// How many batches this worker has applied, or found applied: what proves the world sound to a batch that fails.
    var appliedBatches: Int { applied.load(ordering: .relaxed) }

    /// For how long nothing has been heard of the database.
    var databaseUnheardFor: Duration { state.withLock { ContinuousClock.now - $0.databaseHeardAt } }

    // MARK: What is reported

    func batchApplied() {
        applied.add(1, ordering: .relaxed)
        recovered(.database)
    }

    /// The database refused a batch for what it holds: it is available.
    func batchRejected() { recovered(.database) }

    /// A batch that may have passed on trial has ended and proved nothing.
    func batchAbandoned() { state.withLock { $0.trial.abandon() } }

    /// Something failed for which no message is to blame. Closes the gate, unless only the queue is unavailable.
    ///
    /// - Parameters:
    ///   - isCertain: people are told at once, without a probe that confirms it.
    ///   - isProbe: the failure is that of a probe, and not that of a batch.
    func failed(_ dependency: OutageState.Dependency, reason: String, isCertain: Bool, isProbe: Bool = false) {
        if isProbe { metrics.retriesDatabase() }
        let news = state.withLock { state in
            var countsAsProbe = isProbe
            if dependency == .database {
                state.databaseHeardAt = .now
                if !isProbe { countsAsProbe = state.trial.batchFailed(isCertain: isCertain) }
            }
            return state.outages.failed(
                dependency, reason: reason, isCertain: isCertain, isProbe: countsAsProbe, at: .now)
        }
        guard let news else { return }
        metrics.waiting(for: .zero)
        logger.warning(
            "the \(news.dependency.rawValue) is not available: this worker keeps what it holds, receives nothing more, and asks again until it is",
            metadata: ["error": "\(reason)"])
        announce()
    }

    func recovered(_ dependency: OutageState.Dependency) {
        let ended = state.withLock { state in
            if dependency == .database {
                state.databaseHeardAt = .now
                state.trial.end()
            }
            return state.outages.recovered(dependency)
        }
        guard let ended, ended.isAnnounced else { return }
        let waited = ContinuousClock.now - ended.since
        metrics.waiting(for: waited)
        logger.notice(
            "the \(dependency.rawValue) is available again",
            metadata: ["waited_s": .stringConvertible(waited.components.seconds)])
    }

    // MARK: Waiting

    /// Waits until the worker can work.
    ///
    /// - Parameters:
    ///   - waiter: what the caller holds.
    ///   - deadline: the end of the caller's own patience; nil for none.
    ///   - stop: ends the wait of this caller alone.
    ///   - step: called now and then, as a sign of life.
    func pass(
        holding waiter: TrialPassage.Waiter = .idle, until deadline: ContinuousClock.Instant?, stop: ShutdownFlag,
        step: @Sendable () -> Void = {}
    ) async -> Passage {
        state.withLock { $0.trial.arrive(waiter) }
        defer { state.withLock { $0.trial.leave(waiter) } }
        while true {
            if stop.isSet || shutdown.isSet || Task.isCancelled { return .stopped }
            if state.withLock({ $0.admit(waiter) }) { return .open }
            if let deadline, deadline <= .now { return .expired }
            await round().value
            step()
        }
    }

    /// Asks the database now, whatever is known of it, and closes or opens the gate.
    func ask() async {
        do {
            try await withLimit()
            let isEnough = state.withLock { state in
                state.databaseHeardAt = .now
                return state.trial.probeSucceeded()
            }
            if isEnough { recovered(.database) }
        } catch {
            guard !Task.isCancelled, !shutdown.isSet else { return }
            failed(.database, reason: "\(error)", isCertain: true, isProbe: true)
        }
    }

    /// One pause and one probe, shared by all who wait.
    private func round() -> Task<Void, Never> {
        state.withLock { state in
            if let round = state.round { return round }
            let asksDatabase = state.outages[.database] != nil
            let pause =
                asksDatabase
                ? state.outages.pauseBeforeProbe(random: .random(in: 0..<1)) : Self.pauseWithoutProbe
            let round = Task {
                await self.shutdown.sleep(for: pause)
                if asksDatabase, !self.shutdown.isSet { await self.ask() }
                if let outage = self.outage { self.metrics.waiting(for: ContinuousClock.now - outage.since) }
                self.state.withLock { $0.round = nil }
            }
            state.round = round
            return round
        }
    }

    private func withLimit() async throws {
        try await withThrowingTaskGroup(of: Void.self) { [probe, probeLimit] group in
            group.addTask { try await probe() }
            group.addTask {
                try await Task.sleep(for: probeLimit)
                throw ProbeTimeout(limit: probeLimit)
            }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }
}

/// The database did not answer a probe.
struct ProbeTimeout: Error, CustomStringConvertible {
    let limit: Duration

    var description: String {
        "the database did not answer within \(limit.components.seconds) s. Check its load, and the network path to it"
    }
}

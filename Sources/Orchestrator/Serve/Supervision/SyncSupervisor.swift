import Logging
import ServiceLifecycle
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage

/// A sync that has begun, as the supervisor needs it.
protocol SupervisedSync: Sendable {
    var syncID: Int64 { get }
    func run() async throws -> SyncLogEntry
    /// What is done once it has ended, and may be left undone.
    func endHistory() async
}

extension SyncJob: SupervisedSync {}

/// Runs syncs inside this process, one at a time, on anyone's word.
actor SyncSupervisor: Service {
    /// Begins a sync: takes the lock and the row.
    typealias Begin = @Sendable () async throws -> any SupervisedSync

    /// What came of asking for a sync.
    enum Start: Sendable, Equatable {
        case started(syncID: Int64)
        /// One runs already; nil when its id is not known: it is just starting, or another process runs it.
        case alreadyRunning(syncID: Int64?)
        /// The process is about to end.
        case stopping
    }

    private enum State {
        case idle
        case starting
        case running(any SupervisedSync, Task<Void, Never>)
        case stopping
    }

    private let begin: Begin
    private let logger: Logger
    private var state = State.idle
    /// Woken when the start under way has come to its end, by the stop that waits for it.
    private var startEnded: CheckedContinuation<Void, Never>?
    /// What follows a sync and is in nobody's way: a start or the end of the process cancels it.
    private var housekeeping: Task<Void, Never>?

    init(logger: Logger, begin: @escaping Begin) {
        self.begin = begin
        self.logger = logger
    }

    /// The id of the sync that runs here, if any.
    var running: Int64? {
        guard case .running(let sync, _) = state else { return nil }
        return sync.syncID
    }

    /// Whether a sync is just beginning.
    var isStarting: Bool { if case .starting = state { true } else { false } }

    /// Whether the process is about to end.
    var isStopping: Bool { if case .stopping = state { true } else { false } }

    /// Begins a sync and lets it run.
    /// - Throws: what beginning one throws, but for the lock being taken.
    func start() async throws -> Start {
        switch state {
        case .idle: state = .starting
        case .starting: return .alreadyRunning(syncID: nil)
        case .running(let sync, _): return .alreadyRunning(syncID: sync.syncID)
        case .stopping: return .stopping
        }
        housekeeping?.cancel()
        defer {
            startEnded?.resume()
            startEnded = nil
        }
        let sync: any SupervisedSync
        do {
            // In a task of its own: a caller that goes away must not leave half a beginning behind.
            sync = try await Task { try await begin() }.value
        } catch {
            if case .starting = state { state = .idle }
            if case SyncSessionError.anotherSyncIsRunning = error { return .alreadyRunning(syncID: nil) }
            throw error
        }
        let task = Task { await supervise(sync) }
        if case .stopping = state {
            // Told to stop while it began: it has a row by now, which must be marked.
            task.cancel()
            await task.value
            return .stopping
        }
        state = .running(sync, task)
        return .started(syncID: sync.syncID)
    }

    /// Asks the sync that runs here to stop; its row becomes FAILED (interrupted) soon after.
    /// - Returns: false when that sync does not run here.
    func cancel(_ syncID: Int64) -> Bool {
        guard case .running(let sync, let task) = state, sync.syncID == syncID else { return false }
        logger.info("sync cancelled", metadata: ["sync_id": .stringConvertible(syncID)])
        task.cancel()
        return true
    }

    /// Holds until the process is to end, then ends the sync that runs and waits for that.
    func run() async throws {
        try? await gracefulShutdown()
        let last = state
        state = .stopping
        housekeeping?.cancel()
        switch last {
        case .idle, .stopping:
            break
        case .starting:
            await withCheckedContinuation { startEnded = $0 }
        case .running(_, let task):
            task.cancel()
            await task.value
        }
        await housekeeping?.value
    }

    private func supervise(_ sync: any SupervisedSync) async {
        var hasEnded = false
        do {
            // The log says how it ended; the SyncLog keeps it.
            _ = try await sync.run()
            hasEnded = true
        } catch {
            logger.error(
                "a sync ended without its record being written",
                metadata: ["sync_id": .stringConvertible(sync.syncID), "error": "\(error)"])
        }
        guard case .running(let current, _) = state, current.syncID == sync.syncID else { return }
        state = .idle
        if hasEnded { housekeeping = Task { await sync.endHistory() } }
    }
}

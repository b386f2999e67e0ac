import Logging
import ServiceLifecycle
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage
import Synchronization
import Testing

@testable import Orchestrator

@Suite("Syncs inside the server", .timeLimit(.minutes(1)))
struct SyncSupervisorTests {
    /// A sync that runs until it is told to end, or cancelled.
    private final class HeldSync: SupervisedSync {
        let syncID: Int64
        let end = AsyncSignal()
        let wasCancelled = Mutex(false)
        /// Whether history is being ended after it, and whether that was cancelled.
        let endsHistory = Mutex(false)
        let historyWasCancelled = Mutex(false)

        init(_ syncID: Int64) { self.syncID = syncID }

        func run() async throws -> SyncLogEntry {
            do {
                try await end.wait()
            } catch {
                wasCancelled.withLock { $0 = true }
            }
            return SyncLogEntry(
                id: syncID, status: .completed, startedAt: 0, finishedAt: 0, durationMilliseconds: 0, totalProcessed: 0,
                errorMessage: nil, counters: SyncCounters())
        }

        /// Goes on until it is cancelled.
        func endHistory() async {
            endsHistory.withLock { $0 = true }
            do { try await Task.sleep(for: .seconds(3600)) } catch { historyWasCancelled.withLock { $0 = true } }
        }
    }

    private struct Broken: Error {}

    /// Begins syncs 1, 2, 3, …; beginning can be held up.
    private final class Starter: Sendable {
        let syncs = Mutex<[HeldSync]>([])
        let gate: AsyncSignal?

        init(gate: AsyncSignal? = nil) { self.gate = gate }

        func begin() async throws -> any SupervisedSync {
            try await gate?.wait()
            return syncs.withLock { syncs in
                let sync = HeldSync(Int64(syncs.count + 1))
                syncs.append(sync)
                return sync
            }
        }

        func sync(_ number: Int) -> HeldSync { syncs.withLock { $0[number - 1] } }
    }

    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func isIdle(_ supervisor: SyncSupervisor) async {
        while await supervisor.running != nil { await Task.yield() }
    }

    @Test("one sync at a time: the second caller learns which one runs, and may start one when it has ended")
    func oneAtATime() async throws {
        let starter = Starter()
        let supervisor = SyncSupervisor(logger: quiet, begin: starter.begin)
        #expect(try await supervisor.start() == .started(syncID: 1))
        #expect(try await supervisor.start() == .alreadyRunning(syncID: 1))
        starter.sync(1).end.notify()
        await isIdle(supervisor)
        #expect(try await supervisor.start() == .started(syncID: 2))
        starter.sync(2).end.notify()
        await isIdle(supervisor)
    }

    @Test(
        "old history is ended after a sync, when the next may begin already; that one, or the end of the process, stops it"
    )
    func history() async throws {
        let starter = Starter()
        let supervisor = SyncSupervisor(logger: quiet, begin: starter.begin)
        for number in 1...2 {
            #expect(try await supervisor.start() == .started(syncID: Int64(number)))
            #expect(!starter.sync(number).endsHistory.withLock { $0 })
            starter.sync(number).end.notify()
            await isIdle(supervisor)
            while !starter.sync(number).endsHistory.withLock({ $0 }) { await Task.yield() }
            #expect(!starter.sync(number).historyWasCancelled.withLock { $0 })
        }
        while !starter.sync(1).historyWasCancelled.withLock({ $0 }) { await Task.yield() }
        try await stop(supervisor)
        #expect(starter.sync(2).historyWasCancelled.withLock { $0 })
    }

    @Test("a caller who comes while a sync begins does not begin another")
    func whileStarting() async throws {
        let gate = AsyncSignal()
        let starter = Starter(gate: gate)
        let supervisor = SyncSupervisor(logger: quiet, begin: starter.begin)
        async let first = supervisor.start()
        var second = SyncSupervisor.Start.stopping
        // Until the first has got to its beginning, the second could be first.
        while true {
            if await supervisor.isStarting { break }
            await Task.yield()
        }
        second = try await supervisor.start()
        #expect(second == .alreadyRunning(syncID: nil))
        gate.notify()
        #expect(try await first == .started(syncID: 1))
        starter.sync(1).end.notify()
        await isIdle(supervisor)
    }

    @Test("a sync that another process runs is one that runs")
    func lockTaken() async throws {
        let supervisor = SyncSupervisor(logger: quiet) { throw SyncSessionError.anotherSyncIsRunning }
        #expect(try await supervisor.start() == .alreadyRunning(syncID: nil))
        #expect(await supervisor.running == nil)
    }

    @Test("a sync that cannot begin is an error of its caller, and the next may try again")
    func cannotBegin() async throws {
        let fails = Mutex(true)
        let supervisor = SyncSupervisor(logger: quiet) {
            if fails.withLock({ $0 }) { throw Broken() }
            return HeldSync(7)
        }
        await #expect(throws: Broken.self) { try await supervisor.start() }
        fails.withLock { $0 = false }
        #expect(try await supervisor.start() == .started(syncID: 7))
        #expect(await supervisor.cancel(7))
        await isIdle(supervisor)
    }

    @Test("only the sync that runs here can be cancelled")
    func cancel() async throws {
        let starter = Starter()
        let supervisor = SyncSupervisor(logger: quiet, begin: starter.begin)
        #expect(await supervisor.cancel(1) == false)
        #expect(try await supervisor.start() == .started(syncID: 1))
        #expect(await supervisor.cancel(2) == false)
        #expect(await supervisor.cancel(1))
        await isIdle(supervisor)
        #expect(starter.sync(1).wasCancelled.withLock { $0 })
        #expect(await supervisor.cancel(1) == false)
    }

    @Test("told to end, it ends the sync that runs and waits for that; nothing starts any more")
    func shutdown() async throws {
        let starter = Starter()
        let supervisor = SyncSupervisor(logger: quiet, begin: starter.begin)
        #expect(try await supervisor.start() == .started(syncID: 1))
        try await stop(supervisor)
        #expect(starter.sync(1).wasCancelled.withLock { $0 })
        #expect(try await supervisor.start() == .stopping)
    }

    @Test("told to end while a sync begins, it waits until that one has a row and has been marked")
    func shutdownWhileStarting() async throws {
        let gate = AsyncSignal()
        let starter = Starter(gate: gate)
        let supervisor = SyncSupervisor(logger: quiet, begin: starter.begin)
        async let start = supervisor.start()
        while await !supervisor.isStarting { await Task.yield() }
        async let stopped: Void = stop(supervisor)
        while await !supervisor.isStopping { await Task.yield() }
        gate.notify()
        #expect(try await start == .stopping)
        try await stopped
        #expect(starter.sync(1).wasCancelled.withLock { $0 })
    }

    /// Runs the supervisor as a service that is told to end at once.
    private func stop(_ supervisor: SyncSupervisor) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [supervisor], logger: quiet))
        async let ended: Void = group.run()
        await group.triggerGracefulShutdown()
        try await ended
    }
}

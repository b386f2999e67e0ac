import Logging
import ServiceLifecycle

/// Starts a sync at fixed intervals, where nothing else schedules it.
///
/// The starts do not drift: each is a whole number of intervals after the first. One that falls into a running sync is skipped, one that
/// fails is logged, and the next comes all the same.
struct SyncSchedule<C: Clock>: Service where C.Duration == Duration {
    let interval: Duration
    let clock: C
    let logger: Logger
    let start: @Sendable () async throws -> SyncSupervisor.Start
    /// Where it is told when the next start comes.
    var state: ScheduleState?

    /// Runs until the process is to end.
    func run() async throws {
        await cancelWhenGracefulShutdown { await startAgainAndAgain() }
    }

    private func startAgainAndAgain() async {
        let first = clock.now
        var count = 1
        defer { state?.next(at: nil) }
        while true {
            let next = first.advanced(by: interval * count)
            state?.next(at: SyncLogReport.now + Int64(clock.now.duration(to: next) / .microseconds(1)))
            // Sleeping fails only when the task is cancelled.
            guard (try? await clock.sleep(until: next, tolerance: nil)) != nil else { return }
            await startOne()
            // After a long stand-still the missed starts are not made up for.
            let elapsed = first.duration(to: clock.now)
            repeat { count += 1 } while interval * count <= elapsed
        }
    }

    private func startOne() async {
        do {
            switch try await start() {
            case .started(let syncID):
                logger.info("scheduled sync started", metadata: ["sync_id": .stringConvertible(syncID)])
                state?.started(failure: nil)
            case .alreadyRunning:
                logger.warning("scheduled sync skipped: another one is running")
                state?.started(failure: nil)
            case .stopping:
                break
            }
        } catch {
            logger.error("scheduled sync could not start", metadata: ["error": "\(error)"])
            state?.started(failure: "\(error)")
        }
    }
}

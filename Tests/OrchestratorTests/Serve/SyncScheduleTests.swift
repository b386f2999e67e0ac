import Logging
import Synchronization
import Testing

@testable import Orchestrator

@Suite("Scheduled starts", .timeLimit(.minutes(1)))
struct SyncScheduleTests {
    /// A clock that jumps to whatever is waited for; so hours pass at once.
    private final class JumpingClock: Clock {
        struct Instant: InstantProtocol {
            var offset: Duration
            func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
            func duration(to other: Instant) -> Duration { other.offset - offset }
            static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
        }

        private let time = Mutex(Duration.zero)
        var now: Instant { Instant(offset: time.withLock { $0 }) }
        var minimumResolution: Duration { .nanoseconds(1) }

        func sleep(until deadline: Instant, tolerance: Duration?) async throws {
            try Task.checkCancellation()
            time.withLock { $0 = max($0, deadline.offset) }
            await Task.yield()
        }

        func pass(_ duration: Duration) {
            time.withLock { $0 += duration }
        }
    }

    private struct Broken: Error {}

    /// The times at which syncs were started, until there are enough.
    /// - Parameter start: what a start does and how long it takes, by its number.
    private func starts(
        _ count: Int, every interval: Duration,
        _ start: @escaping @Sendable (Int, (Duration) -> Void) throws -> SyncSupervisor.Start
    ) async -> [Duration] {
        let clock = JumpingClock()
        let times = Mutex<[Duration]>([])
        let enough = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let schedule = SyncSchedule(
            interval: interval, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            start: {
                let number = times.withLock { times in
                    times.append(clock.now.offset)
                    return times.count
                }
                if number == count { enough.continuation.finish() }
                return try start(number, clock.pass)
            })
        let task = Task { try await schedule.run() }
        for await _ in enough.stream {}
        task.cancel()
        _ = await task.result
        return Array(times.withLock { $0 }.prefix(count))
    }

    @Test("starts come at whole intervals and do not drift by the time that starting takes")
    func noDrift() async {
        let times = await starts(4, every: .seconds(21_600)) { _, pass in
            pass(.seconds(7))
            return .started(syncID: 1)
        }
        #expect(times == [21_600, 43_200, 64_800, 86_400].map { .seconds($0) })
    }

    @Test("a start that fails, or falls into a running sync, does not end the schedule")
    func survives() async {
        let times = await starts(4, every: .seconds(60)) { number, _ in
            if number == 1 { throw Broken() }
            return number == 2 ? .alreadyRunning(syncID: 9) : .started(syncID: 10)
        }
        #expect(times == [60, 120, 180, 240].map { .seconds($0) })
    }

    @Test("starts that a standstill swallowed are not made up for")
    func standstill() async {
        let times = await starts(3, every: .seconds(60)) { number, pass in
            if number == 1 { pass(.seconds(200)) }
            return .started(syncID: 1)
        }
        #expect(times == [60, 300, 360].map { .seconds($0) })
    }
}

import SyncCore
import Synchronization

/// A clock that moves when someone sleeps, and only then.
final class ManualClock: Sendable {
    private let state = Mutex((now: ContinuousClock.now, slept: [Duration]()))

    var clock: PipelineClock {
        PipelineClock(
            now: { self.now },
            sleep: { duration in
                try Task.checkCancellation()
                self.advance(by: duration)
                // Others run too.
                await Task.yield()
            },
            random: { 0.5 })
    }

    var now: ContinuousClock.Instant { state.withLock { $0.now } }
    var slept: [Duration] { state.withLock { $0.slept } }

    func advance(by duration: Duration) {
        state.withLock { state in
            state.now += duration
            state.slept.append(duration)
        }
    }
}

import AWSClientSupport
import Synchronization

/// A clock that moves when it is told to, or by what is slept.
final class ManualTime: Sendable {
    private let state: Mutex<(milliseconds: Int64, slept: [Duration])>

    init(unixSeconds: Int64 = 1_788_093_360) {
        state = Mutex((unixSeconds * 1_000, []))
    }

    var slept: [Duration] { state.withLock { $0.slept } }
    var unixSeconds: Int64 { state.withLock { $0.milliseconds / 1_000 } }

    func advance(seconds: Int64) {
        state.withLock { $0.milliseconds += seconds * 1_000 }
    }

    func environment(random: Double = 0.5) -> CallEnvironment {
        CallEnvironment(
            unixMilliseconds: { self.state.withLock { $0.milliseconds } },
            random: { random },
            sleep: { duration throws(CancellationError) in
                if Task.isCancelled { throw CancellationError() }
                self.state.withLock { state in
                    state.slept.append(duration)
                    state.milliseconds += Int64(duration / .milliseconds(1))
                }
            })
    }
}

import Glibc

/// Time and chance, given from outside so that retries and refreshes are tested without waiting.
package struct CallEnvironment: Sendable {
    /// This host's clock, in milliseconds since 1970.
    package var unixMilliseconds: @Sendable () -> Int64
    /// From 0 up to, not including, 1.
    package var random: @Sendable () -> Double
    package var sleep: @Sendable (Duration) async throws(CancellationError) -> Void

    package init(
        unixMilliseconds: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double,
        sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void
    ) {
        self.unixMilliseconds = unixMilliseconds
        self.random = random
        self.sleep = sleep
    }

    /// The system's clock, random numbers and timer.
    package static let live = CallEnvironment(
        unixMilliseconds: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        },
        random: { Double.random(in: 0..<1) },
        sleep: { duration throws(CancellationError) in
            do {
                try await Task.sleep(for: duration)
            } catch {
                // `Task.sleep` throws nothing else.
                throw CancellationError()
            }
        }
    )

    package var unixSeconds: Int64 { unixMilliseconds() / 1_000 }
}

/// The time as the pipeline sees it; a test puts its own in place of the real one.
package struct PipelineClock: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package let now: @Sendable () -> Instant
    package let sleep: @Sendable (Duration) async throws -> Void
    /// Draws a number from 0 up to, not including, 1: where jitter comes from.
    package let random: @Sendable () -> Double

    package init(
        now: @escaping @Sendable () -> Instant, sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    package static let live = PipelineClock(
        now: { .now }, sleep: { try await Task.sleep(for: $0) }, random: { .random(in: 0..<1) })
}

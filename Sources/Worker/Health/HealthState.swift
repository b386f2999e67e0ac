/// When each consumer of a worker last showed that it is alive. A value without clock or output.
struct HealthState: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// When each consumer last finished a step, by its number.
    private var lastSteps: [Int: Instant] = [:]

    init(consumers: ClosedRange<Int>, at now: Instant) {
        for consumer in consumers { lastSteps[consumer] = now }
    }

    mutating func stepped(_ consumer: Int, at now: Instant) { lastSteps[consumer] = now }

    /// All consumers begin anew, for example when a start that took long is over.
    mutating func restart(at now: Instant) {
        for consumer in lastSteps.keys { lastSteps[consumer] = now }
    }

    /// For how long the consumer that has been silent longest has not finished a step.
    func silence(at now: Instant) -> Duration { lastSteps.values.min().map { now - $0 } ?? .zero }
}

/// What is known of a worker's condition. A value without clock or output.
struct HealthState: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Since when every poll has failed; nil when the last one brought an answer.
    private var pollingFailsSince: Instant?
    /// Since when the database has not been available; nil when it answered last.
    private var databaseFailsSince: Instant?
    /// When the database last answered or failed to.
    private(set) var databaseHeardAt: Instant
    /// When each consumer last finished a step, by its number.
    private var lastSteps: [Int: Instant] = [:]

    init(consumers: ClosedRange<Int>, at now: Instant) {
        databaseHeardAt = now
        for consumer in consumers { lastSteps[consumer] = now }
    }

    mutating func polled(_ succeeded: Bool, consumer: Int, at now: Instant) {
        lastSteps[consumer] = now
        pollingFailsSince = succeeded ? nil : pollingFailsSince ?? now
    }

    /// - Parameter consumer: nil when the question came from no consumer.
    mutating func askedDatabase(_ succeeded: Bool, consumer: Int?, at now: Instant) {
        if let consumer { lastSteps[consumer] = now }
        databaseHeardAt = now
        databaseFailsSince = succeeded ? nil : databaseFailsSince ?? now
    }

    /// The condition as it is now.
    /// - Parameter writtenAt: the same moment, in milliseconds since 1970.
    func report(at now: Instant, writtenAt: Int64) -> HealthReport {
        HealthReport(
            writtenAt: writtenAt,
            pollingFailsFor: pollingFailsSince.map { Self.seconds($0, now) },
            databaseFailsFor: databaseFailsSince.map { Self.seconds($0, now) },
            silentFor: lastSteps.values.min().map { Self.seconds($0, now) } ?? 0)
    }

    private static func seconds(_ start: Instant, _ end: Instant) -> Int { Int((end - start) / .seconds(1)) }
}

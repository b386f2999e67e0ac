package import Backoff

/// What a worker waits for, since when, and when it asks again. A value without clock or output.
package struct OutageState: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// What can be unavailable.
    package enum Dependency: String, Sendable, CaseIterable {
        case database
        case queue
        /// A newer release of this program: messages of its format have arrived.
        case release = "newer release"
    }

    /// One dependency that is unavailable.
    package struct Outage: Sendable, Equatable {
        package let dependency: Dependency
        package let since: Instant
        /// The newest failure, without data of users.
        package var reason: String
        /// Probes that failed.
        package var failedProbes: Int
        /// People were told. A failure that the first probe cannot confirm is no outage.
        package var isAnnounced: Bool
    }

    private var outages: [Dependency: Outage] = [:]
    private let backoff: Backoff

    /// - Parameter backoff: the pauses between probes.
    package init(backoff: Backoff) {
        self.backoff = backoff
    }

    /// Whether no batch can be applied. While only the queue is unavailable, what was received can be applied.
    package var stopsWork: Bool { outages[.database] != nil || outages[.release] != nil }

    package subscript(dependency: Dependency) -> Outage? { outages[dependency] }

    /// The announced outage that has lasted longest.
    package var longest: Outage? { outages.values.filter(\.isAnnounced).min { $0.since < $1.since } }

    /// Something failed because of a dependency.
    ///
    /// - Parameters:
    ///   - isCertain: no probe is needed to know that it is an outage.
    ///   - isProbe: the failure is that of a probe, which makes it certain.
    /// - Returns: the outage, when it is to be announced now.
    package mutating func failed(
        _ dependency: Dependency, reason: String, isCertain: Bool, isProbe: Bool = false, at now: Instant
    ) -> Outage? {
        var outage =
            outages[dependency]
            ?? Outage(dependency: dependency, since: now, reason: reason, failedProbes: 0, isAnnounced: false)
        outage.reason = reason
        if isProbe { outage.failedProbes += 1 }
        let isNews = !outage.isAnnounced && (isCertain || isProbe)
        outage.isAnnounced = outage.isAnnounced || isNews
        outages[dependency] = outage
        return isNews ? outage : nil
    }

    /// A dependency is available.
    /// - Returns: the outage that ended, if there was one.
    package mutating func recovered(_ dependency: Dependency) -> Outage? { outages.removeValue(forKey: dependency) }

    /// The wait before the database is asked again: none at first.
    /// - Parameter random: a number drawn evenly from 0 up to, not including, 1.
    package func pauseBeforeProbe(random: Double) -> Duration {
        guard let outage = outages[.database], outage.failedProbes > 0 else { return .zero }
        return backoff.pause(afterFailures: outage.failedProbes, random: random)
    }
}

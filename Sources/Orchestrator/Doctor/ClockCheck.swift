#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Compares this host's clock with those it has to agree with.
enum ClockCheck {
    /// One reading of another clock.
    struct Reading: Sendable, Equatable {
        /// Whose clock: `SQS`, `the database`.
        let whose: String
        /// That clock minus ours, in seconds; positive when ours is behind.
        let ahead: Double

        /// - Parameters:
        ///   - whose: whose clock it is.
        ///   - time: what it showed, in seconds since 1970.
        ///   - askedAt: our time when it was asked; it was read at some moment between this and `answeredAt`.
        init(whose: String, at time: Double, askedAt: Double, answeredAt: Double) {
            self.whose = whose
            ahead = time < askedAt ? time - askedAt : max(0, time - answeredAt)
        }
    }

    /// This host's clock, in seconds since 1970.
    static var now: Double { Date().timeIntervalSince1970 }

    /// AWS refuses what was signed more than five minutes off:
    /// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
    static let refusedBeyond = 300.0
    /// Differences below this may be the way of an answer, and the whole seconds of an HTTP date.
    static let tolerated = 30.0

    /// - Parameter readings: none when no other clock could be read.
    static func finding(_ readings: [Reading]) -> Finding {
        guard let worst = readings.max(by: { abs($0.ahead) < abs($1.ahead) }) else {
            return .skipped(.clock, "no other clock could be read")
        }
        let distance = abs(worst.ahead)
        guard distance > tolerated else {
            let names = readings.map(\.whose).joined(separator: " and ")
            return .ok(.clock, "within \(Int(tolerated)) s of \(names)")
        }
        let summary =
            "this host's clock is \(Int(distance.rounded())) s \(worst.ahead > 0 ? "behind" : "ahead of") \(worst.whose)"
        let advice = "set it, and keep it set with chrony or systemd-timesyncd"
        return distance >= refusedBeyond
            ? .problem(
                .clock, "\(summary); AWS refuses signatures that are \(Int(refusedBeyond / 60)) minutes off",
                advice: advice)
            : .warning(.clock, summary, advice: advice)
    }
}

import Backoff

/// Tells a batch that cannot be applied from a world in which no batch can.
///
/// A failure that names the world is first taken for the world's. But a batch can cause such failures itself, for example a statement
/// that always exceeds its time limit. So each failure after the first counts against the batch when the world was proven sound in
/// between. After ``strikesToConvict`` of them the batch is to blame.
package struct BatchTrial: Sendable {
    /// How often a batch fails again, after proof that the world is sound, until it is to blame itself.
    package static let strikesToConvict = 3

    /// Spread over some seconds, so that a short disturbance convicts nobody.
    private static let backoff = Backoff(base: .milliseconds(250), cap: .seconds(30), jitter: .half)

    /// Failures that count against the batch.
    package private(set) var strikes = 0
    private var worldWasSound = false

    package init() {}

    /// The batch is to blame.
    package var isConvicted: Bool { strikes >= Self.strikesToConvict }

    /// A probe with nothing of the batch in it succeeded after the last failure.
    package mutating func probeSucceeded() { worldWasSound = true }

    /// The batch failed for a reason that names the world.
    ///
    /// - Parameters:
    ///   - isBeyondBatch: nothing that a batch holds can cause this failure, for example a refused login or a full disk. A probe
    ///     may miss it, for example when a few bytes still fit on the disk. Then only another batch proves the world sound.
    ///   - othersWereApplied: another batch was applied since this one failed before.
    package mutating func failed(isBeyondBatch: Bool, othersWereApplied: Bool) {
        if worldWasSound, !isBeyondBatch || othersWereApplied { strikes += 1 }
        worldWasSound = false
    }

    /// Why the batch is to blame.
    /// - Parameter reason: its last failure.
    package func conviction(_ reason: String) -> String {
        "failed \(strikes + 1) times, \(strikes) of them although the database was available for everything else: \(reason)"
    }

    /// The wait before the batch is tried again, once the world is sound.
    /// - Parameter random: a number drawn evenly from 0 up to, not including, 1.
    package func pause(random: Double) -> Duration {
        // Four times as long after each strike.
        Self.backoff.pause(afterFailures: 1 + 2 * strikes, random: random)
    }
}

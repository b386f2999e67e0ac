package import SyncCore

/// How fast a sync is, measured over its last seconds.
package struct ProgressRates: Sendable {
    package init() {}

    private var users = RateWindow()
    private var bytes = RateWindow()
    private var batchesApplied = RateWindow()

    /// Takes the counters of a moment, given as time since the sync began; moments come in order.
    package mutating func observe(_ counters: SyncCounters, at elapsed: Duration) {
        users.observe(Int64(counters.received), at: elapsed)
        bytes.observe(counters.streamBytes, at: elapsed)
        batchesApplied.observe(Int64(counters.batchesApplied), at: elapsed)
    }

    package var usersPerSecond: Double? { users.perSecond }
    package var bytesPerSecond: Double? { bytes.perSecond }
    package var batchesAppliedPerSecond: Double? { batchesApplied.perSecond }
}

/// The slope of a counter over a window that moves with time.
package struct RateWindow: Sendable {
    package init() {}

    private struct Sample {
        let time: Duration
        let value: Int64
    }

    /// Long enough to even out arrays that come in bursts, short enough to show a stall.
    private static let length = Duration.seconds(10)
    /// Samples closer than this are not kept: the window then holds 40 at most, however often it is drawn.
    private static let spacing = Duration.milliseconds(250)

    private var samples: [Sample] = []
    private var latest: Sample?

    /// Takes the counter's value at a moment; moments come in order. A value below the one before means that counting began
    /// anew, as it does when the stream is opened again.
    package mutating func observe(_ value: Int64, at time: Duration) {
        if let latest, value < latest.value { samples.removeAll() }
        latest = Sample(time: time, value: value)
        if samples.last.map({ time - $0.time >= Self.spacing }) ?? true {
            samples.append(Sample(time: time, value: value))
        }
        samples.removeAll { time - $0.time > Self.length }
    }

    /// Change in a second; nil until a second has been seen.
    package var perSecond: Double? {
        guard let first = samples.first, let latest, latest.time - first.time >= .seconds(1) else { return nil }
        // As Double: a counter comes from a row that another program may have written.
        return (Double(latest.value) - Double(first.value)) / ((latest.time - first.time) / .seconds(1))
    }
}

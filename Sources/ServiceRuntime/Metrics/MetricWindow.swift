/// What was measured since the last flush, for each metric that has an instrument. A value without clock or output.
///
/// Its size is bounded: one number for a counter or a gauge, and at most ``maximumValues`` for a distribution, which then is
/// handed out to be written.
struct MetricWindow {
    /// One metric's value or values.
    struct Reading: Equatable {
        enum Content: Equatable {
            case integer(Int64)
            case number(Double)
            case values([Double])
        }

        let metric: ServiceMetric
        let content: Content
    }

    /// The most values that the embedded metric format allows for one metric in one document.
    static let maximumValues = 100

    private var counters: [ServiceMetric: Int64] = [:]
    private var gauges: [ServiceMetric: Double] = [:]
    private var distributions: [ServiceMetric: [Double]] = [:]
    private var hasChanged = false

    /// Makes a counter appear in every flush from now on, with 0 when nothing is counted: an alarm sees zeros, not missing data.
    mutating func register(_ metric: ServiceMetric) {
        guard metric.kind == .counter else { return }
        counters[metric, default: 0] += 0
    }

    mutating func count(_ metric: ServiceMetric, by amount: Int64) {
        let (sum, isTooLarge) = counters[metric, default: 0].addingReportingOverflow(amount)
        counters[metric] = isTooLarge ? .max : sum
        hasChanged = true
    }

    mutating func set(_ metric: ServiceMetric, to value: Double) {
        guard value.isFinite else { return }
        gauges[metric] = value
        hasChanged = true
    }

    /// Takes a value of a distribution.
    /// - Returns: the metric's values, when no more fit into one document; they are no longer kept here.
    mutating func record(_ metric: ServiceMetric, _ value: Double) -> Reading? {
        guard value.isFinite else { return nil }
        hasChanged = true
        distributions[metric, default: []].append(value)
        guard let values = distributions[metric], values.count >= Self.maximumValues else { return nil }
        distributions[metric] = nil
        return Reading(metric: metric, content: .values(values))
    }

    /// Hands out everything and starts anew; nothing when nothing happened.
    mutating func take() -> [Reading] {
        guard hasChanged else { return [] }
        hasChanged = false
        var readings: [Reading] = []
        for metric in ServiceMetric.allCases {
            if let sum = counters[metric] { readings.append(Reading(metric: metric, content: .integer(sum))) }
            if let value = gauges[metric] { readings.append(Reading(metric: metric, content: .number(value))) }
            if let values = distributions[metric], !values.isEmpty {
                readings.append(Reading(metric: metric, content: .values(values)))
            }
        }
        for metric in counters.keys { counters[metric] = 0 }
        gauges = [:]
        distributions = [:]
        return readings
    }
}

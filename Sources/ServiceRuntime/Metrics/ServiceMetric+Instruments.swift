package import CoreMetrics

extension Counter {
    /// The counter of one of the service's metrics.
    package convenience init(_ metric: ServiceMetric, factory: any MetricsFactory) {
        self.init(label: metric.rawValue, factory: factory)
    }
}

extension Recorder {
    /// The recorder of one of the service's metrics: a distribution, or the last value of a gauge.
    package convenience init(_ metric: ServiceMetric, factory: any MetricsFactory) {
        self.init(label: metric.rawValue, aggregate: metric.kind == .distribution, factory: factory)
    }

    /// Records a length of time in the metric's unit, which must be one of time.
    package func record(_ duration: Duration, of metric: ServiceMetric) {
        record(duration / (metric.unit == .milliseconds ? .milliseconds(1) : .seconds(1)))
    }
}

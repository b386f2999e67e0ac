package import CoreMetrics
import Synchronization

/// The backend of swift-metrics that writes the Embedded Metric Format, one line a flush.
///
/// It keeps the metrics of ``ServiceMetric`` only. A label that is none of them (a library's own metrics) is measured into
/// nothing: every new name and dimension costs money at CloudWatch, so none appears by accident.
package final class EMFBackend: MetricsFactory {
    private let dimensions: EMFDimensions
    private let now: @Sendable () -> Int64
    private let write: @Sendable (String) -> Void
    private let window = Mutex(MetricWindow())

    /// - Parameters:
    ///   - dimensions: what every line says of where it comes from.
    ///   - now: milliseconds since 1970.
    ///   - write: takes a whole line including its end.
    package init(
        dimensions: EMFDimensions, now: @escaping @Sendable () -> Int64, write: @escaping @Sendable (String) -> Void
    ) {
        self.dimensions = dimensions
        self.now = now
        self.write = write
    }

    /// Writes what was measured since the last flush, and nothing when nothing was.
    package func flush() {
        let readings = window.withLock { $0.take() }
        if !readings.isEmpty { write(readings) }
    }

    fileprivate func count(_ metric: ServiceMetric, by amount: Int64) {
        window.withLock { $0.count(metric, by: amount) }
    }

    fileprivate func record(_ metric: ServiceMetric, _ value: Double) {
        guard metric.kind == .distribution else { return window.withLock { $0.set(metric, to: value) } }
        if let full = window.withLock({ $0.record(metric, value) }) { write([full]) }
    }

    private func write(_ readings: [MetricWindow.Reading]) {
        write(EMFDocument.line(readings, dimensions: dimensions, timestamp: now()) + "\n")
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        guard let metric = ServiceMetric(rawValue: label) else { return NOOPMetricsHandler.instance }
        window.withLock { $0.register(metric) }
        return CounterInstrument(backend: self, metric: metric)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard let metric = ServiceMetric(rawValue: label) else { return NOOPMetricsHandler.instance }
        return RecorderInstrument(backend: self, metric: metric)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        guard let metric = ServiceMetric(rawValue: label) else { return NOOPMetricsHandler.instance }
        return TimerInstrument(backend: self, metric: metric)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}

private final class CounterInstrument: CounterHandler {
    private let backend: EMFBackend
    private let metric: ServiceMetric

    init(backend: EMFBackend, metric: ServiceMetric) {
        self.backend = backend
        self.metric = metric
    }

    func increment(by amount: Int64) { backend.count(metric, by: amount) }

    /// CloudWatch sums what each flush reports: there is no running total to go back to zero.
    func reset() {}
}

private final class RecorderInstrument: RecorderHandler {
    private let backend: EMFBackend
    private let metric: ServiceMetric

    init(backend: EMFBackend, metric: ServiceMetric) {
        self.backend = backend
        self.metric = metric
    }

    func record(_ value: Int64) { backend.record(metric, Double(value)) }
    func record(_ value: Double) { backend.record(metric, value) }
}

private final class TimerInstrument: TimerHandler {
    private let backend: EMFBackend
    private let metric: ServiceMetric

    init(backend: EMFBackend, metric: ServiceMetric) {
        self.backend = backend
        self.metric = metric
    }

    func recordNanoseconds(_ duration: Int64) {
        // A timer whose unit is no time would be a mistake in ServiceMetric; it then shows milliseconds.
        let nanosecondsPerUnit = metric.unit == .seconds ? 1e9 : 1e6
        backend.record(metric, Double(duration) / nanosecondsPerUnit)
    }
}

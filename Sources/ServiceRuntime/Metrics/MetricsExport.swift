import CoreMetrics

/// Sends the process's metrics out: sets the backend, writes at an interval, and once more at the end.
package struct MetricsExport: Sendable {
    /// nil where metrics go nowhere.
    private let backend: EMFBackend?
    private let interval: Duration

    /// Reads `METRICS_FORMAT`, `METRICS_INTERVAL` and `METRICS_DEPLOYMENT`, and sets the backend of swift-metrics; call it once in a process, before
    /// the first instrument is made.
    /// - Parameter service: the program, a value of the metrics' dimensions.
    /// - Throws: ``ConfigurationError`` naming the variable when a value is not known.
    package init(_ settings: Settings, service: ServiceMetric.Service) throws(ConfigurationError) {
        let format = try settings.choice("METRICS_FORMAT", default: MetricsFormat.automatic(settings))
        interval = .seconds(try settings.integer("METRICS_INTERVAL", in: 1...3600, default: 60))
        let dimensions = try EMFDimensions(settings, service: service)
        switch format {
        case .none:
            backend = nil
        case .emf:
            let backend = EMFBackend(
                dimensions: dimensions, now: { WallClock.milliseconds },
                write: { FileHandleOutput.standardOutput.write($0) })
            MetricsSystem.bootstrap(backend)
            self.backend = backend
        }
    }

    /// Writes what was measured since the last time.
    package func flush() {
        backend?.flush()
    }

    /// Runs the work of a command, with a flush at each interval and one at the end, however that comes.
    package func during<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
        guard let backend else { return try await work() }
        defer { backend.flush() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [interval] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    backend.flush()
                }
            }
            defer { group.cancelAll() }
            return try await work()
        }
    }
}

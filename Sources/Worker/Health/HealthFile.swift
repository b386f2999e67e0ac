#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The file through which a container's health check sees the worker (`WORKER_HEALTH_FILE`).
struct HealthFile: Sendable {
    let path: String

    /// Replaces the file in one step: a reader sees a whole report.
    func write(_ report: HealthReport) throws {
        try Data(report.json).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func read() throws -> HealthReport {
        try HealthReport(json: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    }

    /// After a clean stop nothing is left that a check could take for a worker.
    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}

import Postgres
import ServiceRuntime

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Everything `worker run` needs to know, checked before anything is touched.
struct WorkerConfiguration: Sendable {
    let queue: QueueSettings
    let database: PostgresConfiguration
    /// Batches processed at once.
    let concurrency: Int
    /// Where the worker's condition is written for a container's health check; nil when nobody asks.
    let healthFile: HealthFile?

    /// - Throws: `ConfigurationError` naming the first variable that is missing or malformed.
    init(_ settings: Settings) throws(ConfigurationError) {
        queue = try QueueSettings(settings)
        database = try DatabaseSettings.patientConfiguration(settings, applicationName: "user-sync worker")
        concurrency = try settings.integer(
            "WORKER_CONCURRENCY", in: 1...256, default: 2 * ProcessInfo.processInfo.activeProcessorCount)
        healthFile = try HealthConfiguration(settings).file
    }
}

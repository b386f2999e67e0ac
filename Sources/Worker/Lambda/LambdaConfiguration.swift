import Postgres
import ServiceRuntime

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Everything the worker needs to know as a Lambda function. The queue is Lambda's business: it needs no settings here.
struct LambdaConfiguration: Sendable {
    /// Set by Lambda, and by nothing else: that it is there makes the worker a function.
    static let addressVariable = "AWS_LAMBDA_RUNTIME_API"

    let database: PostgresConfiguration
    /// Lanes of one invocation processed at once.
    let concurrency: Int
    /// The queue's `maxReceiveCount`; nil when it was not told.
    let maximumReceives: Int?

    /// - Throws: `ConfigurationError` naming the first variable that is missing or malformed.
    init(_ settings: Settings) throws(ConfigurationError) {
        database = try DatabaseSettings.patientConfiguration(settings, applicationName: "user-sync worker")
        concurrency = try settings.integer(
            "WORKER_CONCURRENCY", in: 1...256, default: 2 * ProcessInfo.processInfo.activeProcessorCount)
        let receives = try settings.integer("SQS_MAX_RECEIVE_COUNT", in: 0...1000, default: 0)
        maximumReceives = receives > 0 ? receives : nil
    }
}

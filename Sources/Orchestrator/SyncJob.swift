import CurlHTTP
import Logging
import SQS
import ServiceRuntime
import SyncCore
import SyncStorage

/// A sync that has begun: it holds the lock and its SyncLog row, and waits to be run.
///
/// The one way a sync is run, whoever asks for it: the command, the HTTP API or the schedule.
struct SyncJob: Sendable {
    let syncID: Int64
    private let session: SyncSession
    private let sync: SyncRun
    private let http: HTTPClient
    private let metrics: SyncMetrics

    /// Takes the lock and writes the row, RUNNING.
    /// - Throws: `SyncSessionError.anotherSyncIsRunning`, `ConfigurationError`, `SchemaError` or `PostgresError`; nothing is held then.
    static func begin(
        _ configuration: SyncConfiguration, display: ProgressDisplay.Mode, metrics: SyncMetrics, logger: Logger
    ) async throws -> SyncJob {
        let http = HTTPClient(
            configuration: HTTPClientConfiguration(
                certificateAuthorityFile: configuration.legacyAPI.certificateAuthorityFile,
                allowsPlaintextToRemote: configuration.queue.allowsPlaintext, userAgent: "user-sync"),
            logger: logger)
        do {
            let sqs = try configuration.queue.client(
                http: http,
                limits: SQSLimits(
                    maximumMessageBytes: configuration.maximumMessageBytes,
                    maximumCallBytes: configuration.maximumMessageBytes),
                logger: logger)
            let session = try await SyncSession.begin(configuration.database, logger: logger)
            return SyncJob(
                syncID: session.syncID, session: session,
                sync: SyncRun(
                    configuration: configuration, session: session, http: http, sqs: sqs, display: display,
                    metrics: metrics, logger: logger),
                http: http, metrics: metrics)
        } catch {
            await http.shutdown()
            if case SyncSessionError.anotherSyncIsRunning = error { throw error }
            // No row tells of this end.
            metrics.failed()
            throw error
        }
    }

    /// Runs the sync to its end. Cancelled, it marks its row FAILED (interrupted) and returns that. Call it once.
    /// - Returns: the finished row, COMPLETED or FAILED.
    /// - Throws: only when the row itself could not be written; the lock is given back then too.
    func run() async throws -> SyncLogEntry {
        do {
            let entry = try await sync.run()
            await http.shutdown()
            return entry
        } catch {
            // No row tells of this end: the database was not there, or the row is someone else's by now.
            metrics.failed()
            await session.abandon()
            await http.shutdown()
            throw error
        }
    }
}

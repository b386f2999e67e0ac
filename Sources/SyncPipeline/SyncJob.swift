package import CurlHTTP
package import Logging
package import SQS
package import SyncCore
import SyncStorage

/// A sync that has begun: it holds the lock and its SyncLog row, and waits to be run.
///
/// The one way to run a sync: the command, the HTTP API and the schedule all use it.
package struct SyncJob: Sendable {
    package let syncID: Int64
    private let record: any SyncRecord
    private let sync: SyncRun
    private let observers: [any SyncObserver]
    private let housekeeping: HistoryHousekeeping

    /// Takes the lock and writes the row, RUNNING.
    /// - Parameters:
    ///   - http: for the legacy API; it must outlive the job.
    ///   - sqs: for the queue; likewise.
    /// - Throws: `SyncSessionError.anotherSyncIsRunning`, `SchemaError`, `ExtraFieldsError` or `PostgresError`; nothing is held then.
    package static func begin(
        _ configuration: SyncConfiguration, http: HTTPClient, sqs: SQSClient, observers: [any SyncObserver],
        logger: Logger
    ) async throws -> SyncJob {
        let session: SyncSession
        do {
            session = try await SyncSession.begin(
                configuration.database, extraFields: configuration.extraFields, patience: configuration.patience,
                isTyped: configuration.isTyped, logger: logger
            )
        } catch SyncSessionError.anotherSyncIsRunning {
            throw SyncSessionError.anotherSyncIsRunning
        } catch {
            for observer in observers { observer.lost() }
            throw error
        }
        return SyncJob(
            syncID: session.syncID, record: session,
            sync: SyncRun(
                configuration: configuration, record: session,
                source: LegacyAPI(http: http, configuration: configuration.legacyAPI),
                table: UserTable(
                    configuration.database, extraFields: configuration.extraFields, patience: configuration.patience,
                    logger: logger), sqs: sqs,
                observers: observers,
                logger: logger),
            observers: observers,
            housekeeping: HistoryHousekeeping(configuration.database, days: configuration.historyDays, logger: logger))
    }

    /// Whether the sync has failed because the source sent too few records; to be asked when it has ended.
    package var hasTooFewRecords: Bool { sync.progress.shortage != nil }

    /// Runs the sync to its end. Cancelled, it marks its row FAILED (interrupted) and returns that. Call it once.
    /// - Returns: the finished row, COMPLETED or FAILED.
    /// - Throws: only when the row itself could not be written; the lock is given back then too.
    package func run() async throws -> SyncLogEntry {
        do {
            return try await sync.run()
        } catch {
            for observer in observers { observer.lost() }
            await record.abandon()
            throw error
        }
    }

    /// Deletes history that is older than the settings keep. To be called when ``run()`` has returned: it needs no lock, it takes no part
    /// in how the sync ended, and it stops when a newer sync begins. A failure is a warning in the log.
    package func endHistory() async { await housekeeping.run(after: syncID) }
}

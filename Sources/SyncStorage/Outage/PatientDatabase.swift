package import Logging
package import Postgres
package import SyncCore

/// Opens a connection for one piece of work, and begins the work anew while the database is away.
package struct PatientDatabase: Sendable {
    package let configuration: PostgresConfiguration
    package let patience: Patience
    package let logger: Logger

    package init(_ configuration: PostgresConfiguration, patience: Patience, logger: Logger) {
        self.configuration = configuration
        self.patience = patience
        self.logger = logger
    }

    /// - Parameter work: may be done more than once, so it must be safe to repeat, also after a commit whose answer was lost.
    /// - Throws: `OutageError`, or what the work throws.
    package nonisolated(nonsending) func withConnection<Result>(
        _ work: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await patience.keepTrying(
            isOutage: { ($0 as? PostgresError)?.isOutage ?? false },
            willRetry: { error, pause in
                logger.warning(
                    "the database is away, trying again", metadata: ["error": "\(error)", "pause": "\(pause)"])
            }
        ) {
            try await PostgresConnection.withConnection(configuration, logger: logger, work)
        }
    }
}

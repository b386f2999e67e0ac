package import Logging
package import Postgres
package import SyncCore

/// Ends old history after a sync: in a bounded time, and without a part in how the sync ended.
package struct HistoryHousekeeping: Sendable {
    /// Gives the tables to a piece of work.
    package typealias Opening =
        @Sendable (@Sendable (any HistoryRecord) async throws -> PrunedHistory) async throws -> PrunedHistory

    /// No step begins after this time. A database with years of history takes several syncs.
    package static let limit = Duration.seconds(30)

    private let days: Int
    private let clock: PipelineClock
    private let logger: Logger
    private let open: Opening

    /// - Parameter days: history of a sync ends as many days after the sync; 0: never.
    package init(days: Int, clock: PipelineClock = .live, logger: Logger, open: @escaping Opening) {
        self.days = days
        self.clock = clock
        self.logger = logger
        self.open = open
    }

    /// Over a connection of its own.
    package init(_ configuration: PostgresConfiguration, days: Int, logger: Logger) {
        self.init(days: days, logger: logger) { work in
            try await DatabaseSchema.withConnection(configuration.forHousekeeping, logger: logger) { connection in
                try await work(HistoryTable(connection: connection))
            }
        }
    }

    /// Deletes what may go. A failure is a warning in the log: the next sync tries again.
    /// - Parameter syncID: the sync that has ended; it stops when a newer one begins.
    package func run(after syncID: Int64) async {
        guard days > 0, !Task.isCancelled else { return }
        do {
            let pruned = try await open { [days, clock] record in
                try await HistoryPruner(record, days: days, clock: clock).run(within: Self.limit, after: syncID)
            }
            guard pruned.total > 0 else { return }
            logger.info(
                "history of old syncs deleted",
                metadata: [
                    "syncs": .stringConvertible(pruned.syncs), "rows": .stringConvertible(pruned.total),
                    "complete": .stringConvertible(pruned.isComplete),
                ])
        } catch {
            // Told to stop, or a new sync is to begin here.
            guard !Task.isCancelled else { return }
            logger.warning(
                "history of old syncs was not deleted, and the sync is not touched by that: the next one tries again",
                metadata: ["error": "\(error)"])
        }
    }
}

extension PostgresConfiguration {
    /// The same database, with sessions for work that must not hold anything up and that can be done another time.
    fileprivate var forHousekeeping: PostgresConfiguration {
        var configuration = self
        configuration.settings.merge(["statement_timeout": "10s", "lock_timeout": "2s"]) { _, forced in forced }
        configuration.responseTimeout = .seconds(15)
        return configuration
    }
}

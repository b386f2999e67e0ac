package import CurlHTTP
package import Logging
import Postgres
package import SyncCore
import SyncStorage

/// Finds out what a sync would do: reads the stream, compares it with the table, sends and writes nothing.
///
/// It takes no lock and leaves no SyncLog row, so a real sync can run at the same time. The answer then is what that sync began with.
package struct DryRun: Sendable {
    private let configuration: SyncConfiguration
    private let source: any StreamSource
    private let table: any ComparedTable
    private let lastCompleted: @Sendable () async throws -> SyncLogEntry?
    private let clock: PipelineClock
    private let logger: Logger

    /// What was found out.
    package struct Report: Sendable, Equatable {
        package let outcome: SyncForecast.Outcome
        package let records: Int
        package let rejects: Int
        package let damagedRecords: Int
        package let attempts: Int
        /// Too few records, by which a sync would fail; nil: enough.
        package let shortage: RecordMinimum.Shortage?
    }

    /// - Parameter http: for the legacy API.
    package init(_ configuration: SyncConfiguration, http: HTTPClient, logger: Logger) {
        self.init(
            configuration, source: LegacyAPI(http: http, configuration: configuration.legacyAPI),
            table: UserTable(
                configuration.database, extraFields: configuration.extraFields, patience: configuration.patience,
                logger: logger),
            lastCompleted: {
                try await PostgresConnection.withConnection(configuration.database, logger: logger) { connection in
                    try await SyncLogReader(connection: connection).lastCompleted()
                }
            },
            clock: .live, logger: logger)
    }

    init(
        _ configuration: SyncConfiguration, source: any StreamSource, table: any ComparedTable,
        lastCompleted: @escaping @Sendable () async throws -> SyncLogEntry?, clock: PipelineClock, logger: Logger
    ) {
        self.configuration = configuration
        self.source = source
        self.table = table
        self.lastCompleted = lastCompleted
        self.clock = clock
        self.logger = logger
    }

    /// - Throws: `SyncFailure`, `PostgresError` or `CancellationError`.
    package func run() async throws -> Report {
        var sink = ForecastSink(table: table, place: configuration.indexFolder)
        let reader = StreamReader(
            source: source, attempts: StreamAttempts(maximum: configuration.streamAttempts),
            idleTimeout: configuration.legacyAPI.idleTimeout, extraFields: configuration.extraFields,
            versionUnit: try await table.versionUnit(), clock: clock, logger: logger)
        let minimum = RecordMinimum(percent: configuration.minimumPercent, after: try await lastCompleted())
        // One reading is enough to say what a second one would have to confirm.
        var any = RecordMinimum.none
        try await reader.read(into: &sink, atLeast: &any)
        return sink.report(shortage: minimum.shortage(of: sink.users))
    }
}

/// Folds what the parser finds into a forecast.
private struct ForecastSink: StreamConsumer, ~Copyable {
    private let table: any ComparedTable
    private let place: IndexFolder
    private var attempts = 0
    private var forecast = SyncForecast(hasher: UserHasher(), index: UserIndex(expecting: 0))
    private var rejects = 0
    /// Of the rejects, those that may hide a user.
    private var damagedRecords = 0

    init(table: any ComparedTable, place: IndexFolder) {
        self.table = table
        self.place = place
    }

    var users: Int { forecast.records }

    mutating func receive(_ user: UserRecord) { forecast.receive(user) }

    mutating func receive(_ reject: Reject) {
        rejects += 1
        reject.userName?.withUnsafeBytes { forecast.noteNamed($0) }
        if reject.mayHideUser { damagedRecords += 1 }
    }

    mutating func beginAttempt() {
        attempts += 1
        (rejects, damagedRecords) = (0, 0)
    }

    mutating func streamOpened() async throws {
        let hasher = UserHasher()
        // What the attempt before has read goes first: a disk may not hold both.
        forecast = SyncForecast(hasher: hasher, index: UserIndex(expecting: 0))
        do {
            let snapshot = try await table.snapshot(hasher, in: place)
            forecast = SyncForecast(hasher: hasher, index: snapshot.takeIndex())
        } catch let error as IndexPlaceError {
            throw noPlace(error)
        }
    }

    mutating func passOn(streamBytes: Int64) throws {
        if let error = forecast.failure { throw noPlace(error) }
    }

    mutating func attemptFailed() {}

    mutating func complete(_ profile: SourceProfile) throws { try passOn(streamBytes: profile.bytes) }

    func report(shortage: RecordMinimum.Shortage?) -> DryRun.Report {
        DryRun.Report(
            outcome: forecast.outcome(), records: forecast.records, rejects: rejects, damagedRecords: damagedRecords,
            attempts: attempts, shortage: shortage)
    }

    private func noPlace(_ error: IndexPlaceError) -> SyncFailure {
        SyncFailure("a dry run remembers every user, and there is \(error)")
    }
}

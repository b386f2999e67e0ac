import Logging
import Postgres
import SyncCore
import SyncStorage

/// The database as it was found: what it says of itself, or why it could not be asked.
struct DatabaseProbe: Sendable {
    private let facts: DatabaseFacts?
    /// nil when they cannot be read, as ``syncs``.
    private let fields: FieldFacts?
    /// nil when there is no current schema to read from, or this role may not read it.
    let syncs: SyncFacts?
    let clock: ClockCheck.Reading?
    private let failure: Finding?

    static func take(
        _ configuration: PostgresConfiguration, softDeletes: Bool, endsHistory: Bool, within limit: Duration,
        logger: Logger
    ) async throws -> DatabaseProbe {
        do {
            return try await DeadlineError.after(limit) {
                try await PostgresConnection.withConnection(configuration, logger: logger) { connection in
                    try await connection.checkSession(configuration, logger: logger)
                    return try await read(connection, softDeletes: softDeletes, endsHistory: endsHistory)
                }
            }
        } catch let error as PostgresError where error.code != .cancelled {
            return DatabaseProbe(.problem(.database, error.message, advice: advice(error)))
        } catch let error as DeadlineError {
            return DatabaseProbe(
                .problem(.database, "\(error)", advice: "check DATABASE_URL and the way to the server"))
        }
    }

    /// In the form of the other findings: a clause, not a sentence.
    private static func advice(_ error: PostgresError) -> String {
        guard let advice = error.advice else { return "check DATABASE_URL" }
        return advice.prefix(1).lowercased() + advice.dropFirst()
    }

    private static func read(
        _ connection: PostgresConnection, softDeletes: Bool, endsHistory: Bool
    ) async throws -> DatabaseProbe {
        let askedAt = ClockCheck.now
        let facts = try await DatabaseFacts.read(
            connection, softDeletes: softDeletes, endsHistory: endsHistory)
        let clock = ClockCheck.Reading(
            whose: "the database", at: Double(facts.clock) / 1_000_000, askedAt: askedAt, answeredAt: ClockCheck.now)
        let isReadable =
            facts.schemaVersion >= Migrator.latestVersion
            && !facts.missingPrivileges.contains { $0.hasPrefix("SELECT") }
        return DatabaseProbe(
            facts, fields: isReadable ? try await FieldFacts.read(connection) : nil,
            syncs: isReadable ? try await SyncFacts.read(connection) : nil, clock: clock)
    }

    private init(_ facts: DatabaseFacts, fields: FieldFacts?, syncs: SyncFacts?, clock: ClockCheck.Reading) {
        self.facts = facts
        self.fields = fields
        self.syncs = syncs
        self.clock = clock
        failure = nil
    }

    private init(_ failure: Finding) {
        facts = nil
        fields = nil
        syncs = nil
        clock = nil
        self.failure = failure
    }

    /// - Parameters:
    ///   - extraFields: what the setting of this process names.
    ///   - interval: how often syncs are started; nil when that is not known.
    ///   - usesLambda: whether workers run in Lambda.
    ///   - waitingMessages: how many the queue holds; nil when that is not known.
    func findings(
        extraFields: ExtraFields, interval: Duration?, usesLambda: Bool, waitingMessages: Int?
    ) -> [Finding] {
        if let failure { return [failure] }
        guard let facts else { return [] }
        var findings = DatabaseCheck.findings(facts)
        if let fields { findings.append(FieldCheck.finding(fields, setting: extraFields)) }
        if let syncs {
            findings += SyncCheck.findings(
                syncs, now: facts.clock, interval: interval, usesLambda: usesLambda, waitingMessages: waitingMessages)
        }
        return findings
    }
}

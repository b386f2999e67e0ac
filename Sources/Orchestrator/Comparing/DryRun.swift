import CurlHTTP
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncStorage

/// Finds out what a sync would do: reads the stream, compares it with the table, sends and writes nothing.
///
/// It takes no lock and leaves no SyncLog row, so a real sync can run at the same time; then it tells what that one began with.
struct DryRun: Sendable {
    let configuration: SyncConfiguration
    let logger: Logger

    /// What was found out.
    struct Report: Sendable, Equatable {
        let outcome: SyncForecast.Outcome
        let records: Int
        let rejects: Int
        let damagedRecords: Int
        let attempts: Int
    }

    func run() async throws -> Report {
        let connection = try await PostgresConnection.connect(configuration.database, logger: logger)
        do {
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
        let http = HTTPClient(
            configuration: HTTPClientConfiguration(
                certificateAuthorityFile: configuration.legacyAPI.certificateAuthorityFile,
                allowsPlaintextToRemote: configuration.queue.allowsPlaintext, userAgent: "user-sync"),
            logger: logger)
        do {
            let report = try await forecast(LegacyAPI(http: http, configuration: configuration.legacyAPI))
            await http.shutdown()
            return report
        } catch {
            await http.shutdown()
            throw error
        }
    }

    private func forecast(_ api: LegacyAPI) async throws -> Report {
        let policy = StreamRetryPolicy(maximumAttempts: configuration.streamAttempts)
        for attempt in 1... {
            do {
                return try await forecastOnce(api, attempt)
            } catch let failure as StreamFailure {
                guard
                    case .retry(let pause) = policy.decide(after: failure, attempt: attempt, random: .random(in: 0..<1))
                else { throw SyncFailure("the legacy stream cannot be read, after \(attempt) attempts: \(failure)") }
                logger.warning(
                    "the stream failed, opening it again",
                    metadata: ["attempt": .stringConvertible(attempt), "pause": "\(pause)", "error": "\(failure)"])
                try await Task.sleep(for: pause)
            }
        }
        preconditionFailure("the loop over an endless range returns or throws")
    }

    private func forecastOnce(_ api: LegacyAPI, _ attempt: Int) async throws -> Report {
        let stream = try await api.open()
        let hasher = UserHasher()
        let table = UserTable(configuration.database, logger: logger)
        guard let snapshot = try await table.snapshot(hasher, maximumUsers: configuration.deltaMaximumUsers) else {
            throw tooManyUsers
        }
        var sink = ForecastSink(SyncForecast(hasher: hasher, index: snapshot.takeIndex()))
        var parser = LegacyStreamParser()
        do {
            for try await chunk in stream.body {
                chunk.withUnsafeBytes { parser.consume($0, into: &sink) }
                guard sink.forecast.users <= configuration.deltaMaximumUsers else { throw tooManyUsers }
            }
        } catch let error as HTTPClientError {
            throw LegacyAPI.failure(error)
        }
        parser.finish(into: &sink)
        guard sink.forecast.records > 0 else {
            throw StreamFailure(kind: .empty, description: "the stream was complete but held no user")
        }
        return Report(
            outcome: sink.forecast.outcome(), records: sink.forecast.records, rejects: sink.rejects,
            damagedRecords: sink.damagedRecords, attempts: attempt)
    }

    private var tooManyUsers: SyncFailure {
        SyncFailure(
            "a dry run remembers every user, and there are more than SYNC_DELTA_MAX_USERS=\(configuration.deltaMaximumUsers): "
                + "raise it, at about 28 bytes a user")
    }
}

/// Folds what the parser finds into a forecast.
private struct ForecastSink: LegacyStreamSink, ~Copyable {
    private(set) var forecast: SyncForecast
    private(set) var rejects = 0
    /// Of the rejects, those that may have been users.
    private(set) var damagedRecords = 0

    init(_ forecast: consuming SyncForecast) {
        self.forecast = forecast
    }

    mutating func receive(_ user: UserRecord) { forecast.receive(user) }

    mutating func receive(_ reject: Reject) {
        rejects += 1
        if reject.mayHideUser { damagedRecords += 1 }
    }
}

extension DryRun.Report {
    /// The report for people.
    /// - Parameter policy: what the sync would do about missing users.
    func text(_ policy: MissingUsersPolicy) -> String {
        let fields = [
            ("received", "\(records) records (\(attempts) stream attempts)"),
            ("rejected", "\(rejects)"),
            ("would insert", "\(outcome.inserted)"),
            ("would update", "\(outcome.updated)"),
            ("newly deleted", "\(outcome.newlyDeleted) of the updated"),
            ("unchanged", "\(outcome.unchanged)"),
            ("repeated", "\(outcome.repeated) records of users that came before"),
            ("missing", "\(outcome.missing) of \(outcome.live) live users: \(fate(policy))"),
        ]
        return
            (["dry run: nothing was sent, nothing was written"]
            + fields.map { name, value in name + String(repeating: " ", count: 15 - name.count) + value })
            .joined(separator: "\n")
    }

    private func fate(_ policy: MissingUsersPolicy) -> String {
        switch policy.decide(missing: outcome.missing, live: outcome.live, damagedRecords: damagedRecords) {
        case .keep: "they would stay as they are"
        case .softDelete: "they would be marked as deleted"
        case .postpone: "they would stay this time, since \(damagedRecords) damaged records may be theirs"
        case .refuse:
            "more than SYNC_MISSING_MAX_PERCENT=\(policy.maximumPercent) allows: the sync would fail at its end and mark nobody"
        }
    }
}

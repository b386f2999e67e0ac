import Foundation
import Logging
import Postgres
import SyncCore
import SyncStorage

/// Measures ways to apply batches: each form writes the same messages into an empty table, and then once more.
///
/// The database is the one that libpq's variables name; it must be migrated, and its users are deleted.
@main
struct UpsertBenchmark {
    /// What one pass over all messages took.
    struct Pass {
        let seconds: Double
        let walBytes: Int64
    }

    let connection: PostgresConnection
    /// Connections as the worker makes them.
    let pool: PostgresPool
    /// Connections for the other forms: index look-ups in nested loops, which is the plan that suits them.
    let plainPool: PostgresPool
    /// The messages of a stream whose lanes are ranges of names, as they are as a rule.
    let batches: [DecodedBatch]
    /// The same users in messages whose lanes are hashes.
    let hashedBatches: [DecodedBatch]
    let users: Int

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let connections = Int(arguments[2]), connections > 0,
            let rounds = Int(arguments[3]),
            rounds > 0
        else {
            FileHandle.standardError.write(Data("usage: UpsertBenchmark FILE CONNECTIONS ROUNDS\n".utf8))
            exit(64)
        }
        let stream = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[1])))
        let batches = try messages(in: stream, lanes: learnedLanes(of: stream))
        let hashedBatches = try messages(in: stream, lanes: .hashed(lanes))
        let logger = Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })
        let configuration = PostgresConfiguration(connectionString: nil, applicationName: "benchmark")
        let pool = PostgresPool(configuration.forBatches, maximumConnections: connections, logger: logger)
        var plain = configuration
        for way in ["hashjoin", "mergejoin", "seqscan", "bitmapscan", "material"] {
            plain.settings["enable_" + way] = "off"
        }
        let plainPool = PostgresPool(plain, maximumConnections: connections, logger: logger)
        let benchmark = UpsertBenchmark(
            connection: try await PostgresConnection.connect(configuration, logger: logger), pool: pool,
            plainPool: plainPool,
            batches: batches,
            hashedBatches: hashedBatches,
            users: batches.reduce(0) { $0 + $1.count })
        try await benchmark.run(rounds: rounds)
        await pool.close()
        await plainPool.close()
    }

    private func run(rounds: Int) async throws {
        print("| form | fresh, users/s | nothing changed, users/s | WAL when nothing changed | identity after both |")
        print("| --- | --- | --- | --- | --- |")
        var passes: [String: (fresh: [Pass], again: [Pass], identity: Int64)] = [:]
        for _ in 0..<rounds {
            // Round by round, so that a slow minute hits every form.
            for form in UpsertForm.all {
                try await empty()
                let fresh = try await pass(form)
                try await clearLedger()
                // Not before the first pass: plans that are made for a table known to be empty scan it for each user later.
                _ = try await connection.query("VACUUM ANALYZE users")
                let again = try await pass(form)
                let identity = try await number("SELECT last_value FROM users_id_seq")
                passes[form.name, default: ([], [], 0)].fresh.append(fresh)
                passes[form.name]?.again.append(again)
                passes[form.name]?.identity = identity
            }
        }
        for form in UpsertForm.all {
            guard let passes = passes[form.name] else { continue }
            print(
                String(
                    format: "| %@ | %.0f | %.0f | %.1f MB | %lld |", form.name, rate(passes.fresh), rate(passes.again),
                    Double(passes.again.map(\.walBytes).min() ?? 0) / 1_048_576, passes.identity))
        }
        let rows = try await number("SELECT count(*) FROM users")
        print("\(batches.count) messages, \(users) users, \(rows) rows, \(pool.maximumConnections) connections")
    }

    private func rate(_ passes: [Pass]) -> Double {
        Double(users) / passes.map(\.seconds).sorted()[passes.count / 2]
    }

    /// Applies all messages, as many at a time as there are connections.
    private func pass(_ form: UpsertForm) async throws -> Pass {
        let batches = form.hasHashedLanes ? hashedBatches : batches
        _ = try await connection.query("CHECKPOINT")
        let wal = try await walPosition()
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<pool.maximumConnections {
                group.addTask {
                    for index in stride(from: connection, to: batches.count, by: pool.maximumConnections) {
                        try await form.apply(form.isProduct ? pool : plainPool, batches[index])
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (clock.now - start) / .seconds(1)
        return Pass(seconds: seconds, walBytes: try await walPosition() - wal)
    }

    private func empty() async throws {
        _ = try await connection.query("TRUNCATE users RESTART IDENTITY")
        try await clearLedger()
    }

    private func clearLedger() async throws {
        _ = try await connection.query("TRUNCATE sync_batches")
        _ = try await connection.query(
            "INSERT INTO sync_logs (id, status) VALUES (1, 'RUNNING') ON CONFLICT DO NOTHING")
    }

    private func walPosition() async throws -> Int64 {
        try await number("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint")
    }

    private func number(_ sql: SQL) async throws -> Int64 {
        try await connection.query(sql).int8(row: 0, column: 0)
    }

    private static let lanes = 32

    /// The messages that the orchestrator would send for a stream, decoded.
    private static func messages(in stream: [UInt8], lanes: LaneAssignment) throws -> [DecodedBatch] {
        var parser = LegacyStreamParser()
        var sink = BatchingSink(lanes: lanes)
        stream.withUnsafeBytes { parser.consume($0, into: &sink) }
        parser.finish(into: &sink)
        while let batch = sink.batcher.flushNext() { sink.batches.append(batch) }
        return try sink.batches.map { try MessageDecoder.decode($0.body) }
    }

    /// The lanes that the orchestrator would learn.
    private static func learnedLanes(of stream: [UInt8]) -> LaneAssignment {
        var parser = LegacyStreamParser()
        var sink = SamplingSink()
        stream.withUnsafeBytes { parser.consume($0, into: &sink) }
        return sink.sample.choice(lanes: lanes).assignment
    }
}

private struct BatchingSink: LegacyStreamSink, ~Copyable {
    var batcher: LaneBatcher
    var batches: [Batch] = []

    init(lanes: LaneAssignment) {
        batcher = LaneBatcher(
            syncID: 1, firstBatchNumber: 1, lanes: lanes, maximumUsers: 1000, maximumBodyBytes: 262_144)
    }

    mutating func receive(_ user: UserRecord) {
        // A user that fits no message is not in the benchmark's data.
        if let batch = try? batcher.append(user) { batches.append(batch) }
    }

    mutating func receive(_ reject: Reject) {}
}

private struct SamplingSink: LegacyStreamSink {
    var sample = NameSample()

    mutating func receive(_ user: UserRecord) {
        if sample.count < LaneLearning.mostNames { sample.add(user.userName) }
    }

    mutating func receive(_ reject: Reject) {}
}

struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

import Foundation
import Logging
import Postgres
import SyncStorage

/// Measures the ledger: what a batch's row costs, and what the query costs that tells whether a sync is complete.
///
/// The database is the one that libpq's variables name; it must be migrated, and its syncs are deleted.
@main
struct LedgerBenchmark {
    private static let rows = 2000
    private static let sizes: [Int32] = [1000, 10_000]
    private static let queries = 200

    private let connection: PostgresConnection
    private let pool: PostgresPool
    private let session: SyncSession
    private let clock = ContinuousClock()

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let connections = Int(arguments[1]), connections > 0,
            let rounds = Int(arguments[2]),
            rounds > 0
        else {
            FileHandle.standardError.write(Data("usage: LedgerBenchmark CONNECTIONS ROUNDS\n".utf8))
            exit(64)
        }
        let logger = Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })
        let configuration = PostgresConfiguration(connectionString: nil, applicationName: "benchmark")
        let connection = try await PostgresConnection.connect(configuration, logger: logger)
        _ = try await connection.query("TRUNCATE users, sync_logs CASCADE")
        let pool = PostgresPool(configuration.forBatches, maximumConnections: connections, logger: logger)
        let session = try await SyncSession.begin(configuration, logger: logger)
        try await session.reserveBatches(upTo: Int64(max(rows, Int(sizes.max() ?? 0))))
        let benchmark = LedgerBenchmark(connection: connection, pool: pool, session: session)
        try await benchmark.measureRows(rounds: rounds)
        try await benchmark.measureCompletion()
        await session.abandon()
        await pool.close()
        await connection.close()
    }

    // MARK: A batch's row

    /// One kind of transaction that ends in the ledger, for the batch of a number.
    private typealias Write = @Sendable (Int) async throws -> Void

    private func measureRows(rounds: Int) async throws {
        let batches = try SmallBatches.make(count: Self.rows, syncID: session.syncID)
        let store = BatchStore(pool: pool)
        let first: Write = { index in
            guard case .applied = try await store.apply(batches[index]) else {
                throw Failure("a batch was not applied")
            }
        }
        let again: Write = { index in
            guard case .alreadyApplied = try await store.apply(batches[index]) else {
                throw Failure("a batch was applied twice")
            }
        }
        // The users exist from here on: what follows writes nothing but the ledger.
        _ = try await seconds(first)
        var passes: [[Double]] = [[], [], []]
        for _ in 0..<rounds {
            try await clear()
            passes[0].append(try await seconds(writeRow))
            try await clear()
            passes[1].append(try await seconds(first))
            passes[2].append(try await seconds(again))
        }
        print("| a batch | a second | each |")
        print("| --- | --- | --- |")
        let names = [
            "its ledger row alone, one INSERT and its commit",
            "applied, with one user who stays as he is",
            "that came again, and is in the ledger",
        ]
        for (name, passes) in zip(names, passes) {
            let seconds = passes.sorted()[passes.count / 2]
            let each = seconds / Double(Self.rows) * Double(pool.maximumConnections)
            print(String(format: "| %@ | %.0f | %.2f ms |", name, Double(Self.rows) / seconds, each * 1000))
        }
        print("\(Self.rows) batches, \(pool.maximumConnections) connections\n")
    }

    private func writeRow(_ index: Int) async throws {
        let row: [PostgresValue] = [.int8(session.syncID), .int8(Int64(index) + 1)]
        try await pool.withConnection { connection in _ = try await connection.execute(Self.insertRow, row) }
    }

    /// Wall-clock seconds of a write for each batch, as many at a time as there are connections.
    private func seconds(_ write: @escaping Write) async throws -> Double {
        _ = try await connection.query("CHECKPOINT")
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<pool.maximumConnections {
                group.addTask {
                    for index in stride(from: worker, to: Self.rows, by: pool.maximumConnections) {
                        try await write(index)
                    }
                }
            }
            try await group.waitForAll()
        }
        return (clock.now - start) / .seconds(1)
    }

    private func clear() async throws {
        _ = try await connection.query("TRUNCATE sync_batches")
    }

    private static let insertRow = PostgresStatement(
        name: "insert_row",
        sql: """
            INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
            VALUES ($1, $2, 0, 1000, 0, 0, 0, 1000)
            """)

    // MARK: Whether a sync is complete

    private func measureCompletion() async throws {
        print("| batches of the sync | of earlier syncs | is it complete? |")
        print("| --- | --- | --- |")
        for size in Self.sizes {
            try await clear()
            _ = try await connection.query("DELETE FROM sync_logs WHERE id <> $1", [.int8(session.syncID)])
            _ = try await connection.query(
                "INSERT INTO sync_logs (id, status) SELECT 1000000 + i, 'COMPLETED' FROM generate_series(1, 20) AS i")
            _ = try await connection.query(
                """
                INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)
                SELECT s.id, i, 0, 1000, 0, 0, 0, 1000 FROM sync_logs AS s, generate_series(1, $1::integer) AS i
                """, [.int4(size)])
            _ = try await connection.query("VACUUM ANALYZE sync_batches")
            var durations: [Duration] = []
            for _ in 0..<Self.queries {
                let start = clock.now
                let progress = try await session.ledgerProgress()
                durations.append(clock.now - start)
                guard progress.batchesApplied == Int(size) else { throw Failure("the ledger shows \(progress)") }
            }
            let median = durations.sorted()[durations.count / 2]
            print(String(format: "| %d | %d | %.2f ms |", size, size * 20, median / .milliseconds(1)))
        }
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

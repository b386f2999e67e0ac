import Postgres
import Testing

@testable import SyncStorage

@Suite("The plan of the apply statement", .serialized)
struct UpsertPlanIntegrationTests {
    /// What the statistics say about the table when the plan is made, which is then kept.
    enum Table: String, CaseIterable {
        case neverAnalyzed, empty, oneRow, large

        var preparation: [SQL] {
            switch self {
            case .neverAnalyzed: []
            case .empty: ["VACUUM ANALYZE users"]
            case .oneRow: [Self.insert("1"), "VACUUM ANALYZE users"]
            case .large: [Self.insert("20000"), "VACUUM ANALYZE users"]
            }
        }

        private static func insert(_ rows: SQL) -> SQL {
            """
            INSERT INTO users (user_name, legacy_id, email, legacy_created_at)
            SELECT 'user' || n, n, 'e', 'epoch' FROM generate_series(1, \(rows)) AS n
            """
        }
    }

    @Test(
        "users are found by their index, whatever the statistics say",
        arguments: Table.allCases, [false, true])
    func indexLookUps(table: Table, inParts: Bool) async throws {
        let statement = inParts ? UpsertStatement.plain.applyPart : UpsertStatement.plain.apply
        try await withDatabase { database in
            for sql in table.preparation { _ = try await database.connection.query(sql) }
            let plan = try await plan(of: statement, on: database.connection)
            let scans = plan.indices.filter { plan[$0].contains("Scan") && plan[$0].contains(" on users") }
            #expect(scans.count == 2, "\(plan.joined(separator: "\n"))")
            for scan in scans {
                #expect(plan[scan].contains("Index Scan"))
                #expect(plan[scan + 1].hasPrefix("Index Cond:"), "\(plan[scan...(scan + 1)])")
            }
            #expect(plan.contains { $0.hasPrefix("Hash Cond: (users") })
        }
    }

    /// The lines of the plan that a worker's session would keep for the statement.
    private func plan(of statement: PostgresStatement, on connection: PostgresConnection) async throws -> [String] {
        let settings = PostgresConfiguration(connectionString: nil, applicationName: "test").forBatches.settings
        for (name, value) in settings {
            _ = try await connection.query("SELECT set_config($1, $2, false)", [.text(name), .text(value)])
        }
        _ = try await connection.query(
            """
            PREPARE planned (
                bigint, bigint, integer, integer, text[], bigint[], text[], timestamptz[], boolean[],
                text[], bigint[], text[], timestamptz[], boolean[]
            ) AS
            \(statement.sql)
            """)
        let result = try await connection.query(
            "EXPLAIN EXECUTE planned (1, 1, 0, 1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')")
        return try (0..<result.rowCount).map { row in
            let line = try result.text(row: row, column: 0)
            return String(line.drop { $0 == " " || $0 == "-" || $0 == ">" })
        }
    }
}

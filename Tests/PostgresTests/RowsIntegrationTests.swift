import Postgres
import Testing

@Suite("Rows by column name, against a real server") struct RowsIntegrationTests {
    @Test("every type is read by its column's name, in any order of columns")
    func byName() async throws {
        try await TestConnections.with { connection in
            let row = try await connection.query(
                """
                SELECT 7::int2 AS small, 8::int4 AS medium, 9::int8 AS large, 'ana' AS name, true AS live, 0.5::float8 AS share,
                    '2023-04-05 06:07:08Z'::timestamptz AS at, '2023-04-05 06:07:08'::timestamp AS local, NULL::text AS gone
                """
            ).single()
            #expect(try row.text("name") == "ana")
            #expect(try row.int("small") == 7)
            #expect(try row.int("medium") == 8)
            #expect(try row.int8("large") == 9)
            #expect(try row.bool("live"))
            #expect(try row.double("share") == 0.5)
            #expect(try row.timestamptz("at") == 1_680_674_828_000_000)
            #expect(try row.utcTime("at") == 1_680_674_828_000_000)
            #expect(try row.utcTime("local") == 1_680_674_828_000_000)
            #expect(try row.ifPresent("gone", row.text) == nil)
            #expect(try row.ifPresent("name", row.text) == "ana")
        }
    }

    @Test(
        "an error names the column and what is wrong with it, and never shows a value",
        arguments: [
            ("none", "there is no column none among secret, number, gone, twice, twice"),
            ("Secret", "there is no column Secret among secret, number, gone, twice, twice"),
            ("secre", "there is no column secre among secret, number, gone, twice, twice"),
            ("", "there is no column  among secret, number, gone, twice, twice"),
            ("gone", "column gone of row 0 is NULL where a value was expected"),
            ("number", "column number (numeric) is not a text: cast it in SQL"),
            ("twice", "several columns are named twice: give each its own name in SQL"),
        ])
    func errors(column: String, message: String) async throws {
        try await TestConnections.with { connection in
            let row = try await connection.query(
                "SELECT 'marked-value' AS secret, 1.5 AS number, NULL::text AS gone, 1 AS twice, 2 AS twice"
            ).single()
            let error = #expect(throws: PostgresError.self) { try row.text(column) }
            #expect(error?.code == .invalidResultAccess)
            #expect(error?.operation == "query SELECT")
            #expect(error?.message == message)
            let wrongType = #expect(throws: PostgresError.self) { try row.int8("secret") }
            #expect(wrongType?.message == "column secret (text) is not an integer: cast it in SQL")
        }
    }

    @Test("a single row is exactly one", arguments: [0, 1, 2])
    func single(rows: Int64) async throws {
        try await TestConnections.with { connection in
            let result = try await connection.query("SELECT n FROM generate_series(1, $1) AS n", [.int8(rows)])
            if rows == 1 {
                #expect(try result.single().int("n") == 1)
            } else {
                let error = #expect(throws: PostgresError.self) { try result.single() }
                #expect(error?.message == "the result has \(rows) rows where one was expected")
            }
        }
    }
}

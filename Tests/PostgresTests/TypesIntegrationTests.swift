import Postgres
import Testing

@Suite("Types against a real server", .serialized) struct TypesIntegrationTests {
    static let hostileTexts = [
        "", " ", "plain", "quote ' double \" both", "back\\slash \\N \\\\", "{a,b}", "{\"x\":NULL}", "NULL", "null",
        "comma, brace } brace {", "emoji 👩‍👩‍👧‍👦 ✅", "tab\tnewline\nreturn\r", "ünïcödé ñ 漢字", "'; DROP TABLE users; --",
        "\u{1}\u{7f}\u{FFFE}\u{10FFFF}", String(repeating: "long ", count: 4000),
    ]

    /// Microseconds since 1970: around both epochs, leap days, and PostgreSQL's own limits.
    static let times: [Int64] = [
        0, 1, -1, 946_684_800_000_000, 946_684_799_999_999, 946_684_800_000_001, 951_782_400_123_456,
        1_680_674_828_000_000, 253_402_300_799_999_999, -2_208_988_800_000_000, -62_135_596_800_000_000,
        -210_866_803_200_000_000, 9_223_371_331_199_999_999,
    ]

    @Test("every scalar comes back as it was sent")
    func scalars() async throws {
        try await TestConnections.with { connection in
            for number in [0, 1, -1, .min, .max] as [Int64] {
                let result = try await connection.query("SELECT $1 AS v, $1::text AS t", [.int8(number)])
                #expect(try result.int8(row: 0, column: "v") == number)
                #expect(try result.text(row: 0, column: "t") == "\(number)")
            }
            for number in [0, .min, .max] as [Int32] {
                let result = try await connection.query(
                    "SELECT $1 AS v, $1::int2 IS NULL", [.int4(number == 0 ? 7 : 0)])
                #expect(try result.int8(row: 0, column: 0) == (number == 0 ? 7 : 0))
                #expect(
                    try await connection.query("SELECT $1", [.int4(number)]).int8(row: 0, column: 0) == Int64(number))
            }
            for value in [true, false] {
                #expect(try await connection.query("SELECT $1", [.bool(value)]).bool(row: 0, column: 0) == value)
            }
            for text in Self.hostileTexts {
                let result = try await connection.query("SELECT $1::text, octet_length($1::text)", [.text(text)])
                #expect(try result.text(row: 0, column: 0) == text)
                #expect(try result.int8(row: 0, column: 1) == Int64(text.utf8.count))
            }
            let result = try await connection.query("SELECT 1.5::float8, 0.25::float4, 3::int2, 9::oid")
            #expect(try result.double(row: 0, column: 0) == 1.5)
            #expect(try result.double(row: 0, column: 1) == 0.25)
            #expect(try result.int8(row: 0, column: 2) == 3)
            #expect(try result.int8(row: 0, column: 3) == 9)
        }
    }

    @Test("times keep every microsecond, before and after 2000 and 1970")
    func times() async throws {
        try await TestConnections.with { connection in
            for time in Self.times {
                let result = try await connection.query(
                    "SELECT $1 AS v", [.timestamptz(microsecondsSinceUnixEpoch: time)])
                // Beyond Int64 microseconds since 1970 there are times that PostgreSQL can hold and this client cannot.
                #expect(try result.timestamptz(row: 0, column: "v") == time)
            }
            let known = try await connection.query(
                "SELECT $1 = '2023-04-05 06:07:08.000001Z'::timestamptz, '1999-12-31 23:59:59.5Z'::timestamptz",
                [.timestamptz(microsecondsSinceUnixEpoch: 1_680_674_828_000_001)])
            #expect(try known.bool(row: 0, column: 0))
            #expect(try known.timestamptz(row: 0, column: 1) == 946_684_799_500_000)
            for tooFar in [Int64.min, Int64.min + 1, Int64.min + 946_684_800_000_000] {
                let error = await postgresError {
                    try await connection.query("SELECT $1", [.timestamptz(microsecondsSinceUnixEpoch: tooFar)])
                }
                #expect(error?.sqlState == "22008")
            }
            let infinite = try await connection.query("SELECT 'infinity'::timestamptz")
            #expect(throws: PostgresError.self) { try infinite.timestamptz(row: 0, column: 0) }
        }
    }

    @Test("null parameters and null columns are null, whatever their type")
    func nulls() async throws {
        try await TestConnections.with { connection in
            let result = try await connection.query(
                "SELECT $1::int8 AS n, $2::text AS t, $3::bool AS b, $4::timestamptz AS z, $5::int8[] AS a, 1 AS one",
                [.null, .null, .null, .null, .null])
            for column in ["n", "t", "b", "z", "a"] { #expect(try result.isNull(row: 0, column: column)) }
            #expect(try !result.isNull(row: 0, column: "one"))
            let row = try #require(result.rows.first)
            #expect(try row.ifPresent("t", row.text) == nil)
            #expect(try row.ifPresent("one", row.int8) == 1)
            let error = #expect(throws: PostgresError.self) { try row.int8("n") }
            #expect(error?.code == .invalidResultAccess)
        }
    }

    @Test("a text fits uuid, jsonb, numeric, enum and varchar without a cast")
    func textFitsOtherTypes() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript(
                """
                CREATE TYPE pg_temp.mood AS ENUM ('sad', 'happy');
                CREATE TEMP TABLE t (u uuid, j jsonb, n numeric, m pg_temp.mood, v varchar(5), d date);
                """)
            _ = try await connection.query(
                "INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6)",
                [
                    .text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), .text("{\"a\":1}"), .text("1.50"), .text("happy"),
                    .text("abcde"), .text("2024-02-29"),
                ])
            let result = try await connection.query("SELECT u::text, j::text, n::text, m, v, d::text FROM t")
            #expect(try result.text(row: 0, column: "m") == "happy")
            #expect(try result.text(row: 0, column: "v") == "abcde")
            #expect(try result.text(row: 0, column: "n") == "1.50")
        }
    }

    @Test("arrays of every type arrive element by element, nulls and hostile texts included")
    func arrays() async throws {
        try await TestConnections.with { connection in
            var numbers = PostgresArray(of: .int8)
            var texts = PostgresArray(of: .text)
            var flags = PostgresArray(of: .bool)
            var times = PostgresArray(of: .timestamptz)
            for (index, text) in Self.hostileTexts.enumerated() {
                numbers.append(Int64(index) &* .max)
                texts.append(text)
                flags.append(index.isMultiple(of: 2))
                times.append(microsecondsSinceUnixEpoch: Self.times[index % Self.times.count])
            }
            numbers.appendNull()
            texts.appendNull()
            flags.appendNull()
            times.appendNull()
            let result = try await connection.query(
                "SELECT * FROM unnest($1, $2, $3, $4) AS u (n, t, b, z)",
                [.array(numbers), .array(texts), .array(flags), .array(times)])
            #expect(result.rowCount == Self.hostileTexts.count + 1)
            for (index, text) in Self.hostileTexts.enumerated() {
                let row = result.rows[index]
                #expect(try row.int8("n") == Int64(index) &* .max)
                #expect(try row.text("t") == text)
                #expect(try row.bool("b") == index.isMultiple(of: 2))
                #expect(try row.timestamptz("z") == Self.times[index % Self.times.count])
            }
            let last = result.rows[Self.hostileTexts.count]
            for column in 0..<4 { #expect(try last.isNull(column)) }
        }
    }

    @Test("an empty array is an empty array, not null")
    func emptyArray() async throws {
        try await TestConnections.with { connection in
            var emptied = PostgresArray(of: .text, capacity: 4)
            emptied.append("gone")
            emptied.appendNull()
            emptied.removeAll()
            for array in [PostgresArray(of: .text), emptied] {
                let result = try await connection.query("SELECT $1 = '{}'::text[], cardinality($1)", [.array(array)])
                #expect(try result.bool(row: 0, column: 0))
                #expect(try result.int8(row: 0, column: 1) == 0)
            }
        }
    }

    @Test("an array of 100 000 elements grows from nothing and arrives whole")
    func largeArray() async throws {
        try await TestConnections.with { connection in
            var numbers = PostgresArray(of: .int8)
            var texts = PostgresArray(of: .text)
            for number in 0..<100_000 {
                numbers.append(Int64(number))
                texts.append("user-\(number)")
            }
            let result = try await connection.query(
                "SELECT sum(n)::int8, count(*) FILTER (WHERE t = 'user-' || n) FROM unnest($1, $2) AS u (n, t)",
                [.array(numbers), .array(texts)])
            #expect(try result.int8(row: 0, column: 0) == 4_999_950_000)
            #expect(try result.int8(row: 0, column: 1) == 100_000)
        }
    }

    @Test("a result of 200 000 rows comes back whole")
    func largeResult() async throws {
        try await TestConnections.with { connection in
            let result = try await connection.query(
                "SELECT n::int8, repeat('x', 100) AS t FROM generate_series(1, $1) AS n", [.int8(200_000)])
            #expect(result.rowCount == 200_000)
            #expect(try result.int8(row: 199_999, column: 0) == 200_000)
            #expect(try result.text(row: 100_000, column: "t").utf8.count == 100)
        }
    }

    @Test("asking for what a result does not have says so, without the value")
    func wrongAccess() async throws {
        try await TestConnections.with { connection in
            let result = try await connection.query("SELECT 'secret-value'::text AS t, 1::numeric AS n")
            let noColumn = #expect(throws: PostgresError.self) { try result.text(row: 0, column: "nope") }
            let noRow = #expect(throws: PostgresError.self) { try result.text(row: 1, column: "t") }
            let wrongType = #expect(throws: PostgresError.self) { try result.int8(row: 0, column: "t") }
            let numeric = #expect(throws: PostgresError.self) { try result.int8(row: 0, column: "n") }
            for error in [noColumn, noRow, wrongType, numeric] {
                #expect(error?.code == .invalidResultAccess)
                #expect(error?.description.contains("secret-value") == false)
            }
            #expect(numeric?.message.contains("cast it in SQL") == true)
        }
    }
}

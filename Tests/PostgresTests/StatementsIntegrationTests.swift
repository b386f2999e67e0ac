import Logging
import Testing

@testable import Postgres

@Suite("Statements and errors against a real server", .serialized) struct StatementsIntegrationTests {
    @Test("an error tells its SQLSTATE, constraint and table, keeps user data out, and leaves the connection usable")
    func errorsLeaveTheConnectionUsable() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript(
                "CREATE TEMP TABLE people (email text CONSTRAINT people_email_key UNIQUE, age int8 CONSTRAINT grown CHECK (age > 17))"
            )
            let insert = PostgresStatement(name: "insert_person", sql: "INSERT INTO people VALUES ($1, $2)")
            _ = try await connection.execute(insert, [.text("ana@secret.example"), .int8(30)])
            let duplicate = await postgresError {
                try await connection.execute(insert, [.text("ana@secret.example"), .int8(31)])
            }
            #expect(duplicate?.code == .server)
            #expect(duplicate?.sqlState == "23505")
            #expect(duplicate?.constraint == "people_email_key")
            #expect(duplicate?.table == "people")
            #expect(duplicate?.severity == "ERROR")
            #expect(duplicate?.isTransient == false)
            #expect(duplicate?.description.contains("ana@secret") == false)
            #expect(duplicate?.description.contains("execute insert_person") == true)
            let check = await postgresError { try await connection.execute(insert, [.text("b"), .int8(3)]) }
            #expect(check?.constraint == "grown")
            let syntax = await postgresError { try await connection.query("SELEC 1") }
            #expect(syntax?.sqlState == "42601")
            let refused = await postgresError {
                try await connection.query("SELECT $1::int8", [.text("secret-number")])
            }
            #expect(refused?.sqlState == "22P02")
            #expect(refused?.description.contains("secret-number") == false)
            #expect(connection.isUsable)
            #expect(try await connection.query("SELECT count(*) FROM people").int8(row: 0, column: 0) == 1)
        }
    }

    @Test("a statement is prepared once on a connection, and once more for other parameter types")
    func preparedOnce() async throws {
        try await TestConnections.with { connection in
            let statement = PostgresStatement(name: "add", sql: "SELECT $1::int8 + 1 AS v")
            for number in 0..<20 {
                let result = try await connection.execute(statement, [.int8(Int64(number))])
                #expect(try result.int8(row: 0, column: "v") == Int64(number) + 1)
            }
            let count: SQL = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'add%'"
            #expect(try await connection.query(count).int8(row: 0, column: 0) == 1)
            #expect(try await connection.execute(statement, [.null]).isNull(row: 0, column: 0))
            #expect(try await connection.execute(statement, [.null]).isNull(row: 0, column: 0))
            #expect(try await connection.query(count).int8(row: 0, column: 0) == 2)
        }
    }

    @Test("a statement that the server has forgotten, or whose table changed, is prepared again by itself")
    func preparedAgain() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (a int8); INSERT INTO t VALUES (1)")
            let statement = PostgresStatement(name: "all_of_t", sql: "SELECT * FROM t")
            #expect(try await connection.execute(statement).columnCount == 1)
            try await connection.executeScript("ALTER TABLE t ADD COLUMN b text DEFAULT 'x'")
            #expect(try await connection.execute(statement).columnCount == 2)
            try await connection.executeScript("DEALLOCATE ALL")
            #expect(try await connection.execute(statement).columnCount == 2)
            try await connection.executeScript("DEALLOCATE ALL")
            #expect(try await connection.pipeline([(statement, []), (statement, [])]).count == 2)
        }
    }

    @Test("a text with NUL is refused before it is sent, and never cut")
    func nulIsRefused() async throws {
        try await TestConnections.with { connection in
            let error = await postgresError { try await connection.query("SELECT $1::text", [.text("a\u{0}b")]) }
            #expect(error?.code == .invalidParameter)
            #expect(error?.message.contains("$1") == true)
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("affected rows and command tags are the server's")
    func affectedRows() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (a int8)")
            let inserted = try await connection.query("INSERT INTO t SELECT generate_series(1, 7)")
            #expect(inserted.affectedRows == 7)
            #expect(inserted.commandTag == "INSERT 0 7")
            #expect(try await connection.query("UPDATE t SET a = 0 WHERE a > 5").affectedRows == 2)
            #expect(try await connection.query("CREATE TEMP TABLE u ()").affectedRows == 0)
        }
    }

    @Test("a script runs whole or not at all")
    func scriptIsAtomic() async throws {
        try await TestConnections.with { connection in
            let error = await postgresError {
                try await connection.executeScript("CREATE TEMP TABLE first (); SELECT 1/0; CREATE TEMP TABLE last ()")
            }
            #expect(error?.sqlState == "22012")
            let found = try await connection.query("SELECT to_regclass('first') IS NULL")
            #expect(try found.bool(row: 0, column: 0))
        }
    }

    @Test("COPY by query is refused, and the connection stays usable", arguments: ["FROM STDIN", "TO STDOUT"])
    func copyByQueryIsRefused(_ direction: String) async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t AS SELECT n FROM generate_series(1, 100000) AS n")
            let error = await postgresError { try await connection.query(SQL(verbatim: "COPY t \(direction)")) }
            #expect(error?.code == .misuse)
            let inScript = await postgresError {
                try await connection.executeScript(SQL(verbatim: "COPY t \(direction); SELECT 1"))
            }
            #expect(inScript?.code == .misuse)
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("notices reach the logger, with their level; what a function raises does so without its text")
    func notices() async throws {
        let recorder = LogRecorder()
        try await TestConnections.with(logger: recorder.logger) { connection in
            try await connection.executeScript("DROP TABLE IF EXISTS no_such_table")
            try await connection.executeScript(
                "DO $$ BEGIN RAISE WARNING 'look here' USING DETAIL = 'secret detail', ERRCODE = '01P01'; END $$")
        }
        let lines = recorder.lines
        #expect(lines.contains { $0.level == .info && $0.message.contains("no_such_table") })
        #expect(
            lines.contains {
                $0.level == .warning && $0.message.contains("raised by PL/pgSQL function inline_code_block line")
            })
        #expect(!lines.contains { $0.message.contains("look here") || $0.message.contains("secret detail") })
    }

    @Test("an error that a trigger raises names its function, and not the user in its text")
    func raised() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript(
                """
                CREATE TEMP TABLE t (name text);
                CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'no %', NEW.name USING ERRCODE = '23514'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
                """)
            let error = await postgresError { try await connection.query("INSERT INTO t VALUES ('ana-maria')") }
            #expect(error?.sqlState == "23514" && error?.scope == .row)
            #expect(error?.message.contains("refuse() line 2 at RAISE") == true, "\(String(describing: error))")
            #expect(error?.description.contains("ana-maria") == false)
        }
    }

    @Test("settings and the application name hold for the connection")
    func settings() async throws {
        try await TestConnections.with {
            $0.settings = ["statement_timeout": "1234ms", "my.own": "it's \\ mine"]
        } _: { connection in
            let result = try await connection.query(
                "SELECT current_setting('statement_timeout') AS s, current_setting('my.own') AS a, current_setting('client_encoding') AS e"
            )
            #expect(try result.text(row: 0, column: "s") == "1234ms")
            #expect(try result.text(row: 0, column: "a") == "it's \\ mine")
            #expect(try result.text(row: 0, column: "e") == "UTF8")
        }
        try await TestConnections.with { connection in
            let result = try await connection.query("SELECT current_setting('application_name')")
            #expect(try result.text(row: 0, column: 0) == "postgres-tests")
        }
        let error = await postgresError {
            try await TestConnections.with {
                $0.settings = ["no_such_setting": "1"]
            } _: { _ in
            }
        }
        #expect(error?.sqlState == "42704")
    }

    @Test("two tasks on one connection take turns, and each gets its own answer")
    func twoTasks() async throws {
        try await TestConnections.with { connection in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let text = String(repeating: "\(number),", count: number)
                        let result = try await connection.query(
                            "SELECT $1::int8, $2::text", [.int8(Int64(number)), .text(text)])
                        return try result.int8(row: 0, column: 0) == Int64(number)
                            && result.text(row: 0, column: 1) == text
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("a parameter larger than every socket buffer arrives whole")
    func hugeParameter() async throws {
        try await TestConnections.with { connection in
            let text = String(repeating: "0123456789abcdef", count: 2 << 20)
            let result = try await connection.query("SELECT length($1::text), md5($1::text), $1::text", [.text(text)])
            #expect(try result.int8(row: 0, column: 0) == 32 << 20)
            #expect(try result.text(row: 0, column: 2) == text)
        }
    }

    @Test("closing a connection ends what runs on it, and later calls say that it is closed")
    func closing() async throws {
        try await TestConnections.with { connection in
            async let sleeping = postgresError { try await connection.query("SELECT pg_sleep(60)") }
            try await Task.sleep(for: .milliseconds(100))
            await connection.close()
            await connection.close()
            #expect(await sleeping?.code == .connectionClosed)
            let later = await postgresError { try await connection.query("SELECT 1") }
            #expect(later?.code == .connectionClosed)
            #expect(!connection.isUsable)
        }
    }
}

import Foundation
import Postgres
import Testing

@Suite("COPY against a real server", .serialized) struct CopyIntegrationTests {
    private struct BodyFailure: Error {}

    /// Set to 1000000 for the full size, with `--filter CopyIntegration`: memory is the whole process's, so it is judged
    /// only when it is asked for, while no other test runs.
    private static let requestedRows = ProcessInfo.processInfo.environment["POSTGRES_TESTS_COPY_ROWS"].flatMap {
        Int($0)
    }
    private static let rows = requestedRows ?? 100_000

    @Test("rows stream in and out whole, with flat memory")
    func bothWays() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (id int8, name text, email text)")
            let before = try residentBytes()
            var peak = before
            let taken = try await connection.copyIn("COPY t FROM STDIN") { writer in
                for id in 0..<Self.rows {
                    writer.append("\(id)\tuser-\(id)\tuser-\(id)@example.com\n".utf8)
                    try await writer.flushIfFull()
                    if id.isMultiple(of: 10_000) { peak = max(peak, try residentBytes()) }
                }
            }
            #expect(taken == Self.rows)
            let check = try await connection.query(
                "SELECT sum(id)::int8, count(DISTINCT name), max(length(email)) FROM t")
            #expect(try check.int8(row: 0, column: 0) == Int64(Self.rows) * Int64(Self.rows - 1) / 2)
            #expect(try check.int8(row: 0, column: 1) == Int64(Self.rows))
            var lines = 0
            var sum: Int64 = 0
            let sent = try await connection.copyOut("COPY t TO STDOUT") { chunk in
                #expect(chunk.last == 0x0A)
                for line in chunk.split(separator: 0x0A) {
                    lines += 1
                    sum += Int64(String(decoding: line.prefix { $0 != 0x09 }, as: UTF8.self)) ?? -1
                }
                if lines.isMultiple(of: 16) { peak = max(peak, try residentBytes()) }
            }
            peak = max(peak, try residentBytes())
            #expect(sent == Self.rows)
            #expect(lines == Self.rows)
            #expect(sum == Int64(Self.rows) * Int64(Self.rows - 1) / 2)
            if Self.requestedRows != nil {
                print("COPY of \(Self.rows) rows both ways: memory grew by \((peak - before) / 1024) KiB")
                #expect(peak - before < 16 << 20)
            }
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("a server that cannot go on makes the writer wait instead of buffering")
    func backPressure() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript(
                """
                CREATE TEMP TABLE t (a text);
                CREATE FUNCTION pg_temp.wait() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$;
                CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.a = 'wait') EXECUTE FUNCTION pg_temp.wait();
                """)
            let chunk = [UInt8](String(repeating: String(repeating: "x", count: 1023) + "\n", count: 1024).utf8)
            let chunks = 64
            var chunksWhileAsleep = 0
            let start = ContinuousClock.now
            let rows = try await connection.copyIn("COPY t FROM STDIN") { writer in
                try await writer.write([UInt8]("wait\n".utf8))
                for _ in 0..<chunks {
                    try await writer.write(chunk)
                    if start.duration(to: .now) < .milliseconds(450) { chunksWhileAsleep += 1 }
                }
            }
            #expect(rows == chunks * 1024 + 1)
            // What the kernel's socket buffers take, a few MiB, and no more.
            #expect(chunksWhileAsleep < 24)
        }
    }

    @Test("a body that throws leaves nothing behind, in either direction")
    func bodyThrows() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript(
                "CREATE TEMP TABLE t AS SELECT n::text AS a FROM generate_series(1, 300000) AS n")
            await #expect(throws: BodyFailure.self) {
                _ = try await connection.copyIn("COPY t FROM STDIN") { writer in
                    for _ in 0..<10_000 { try await writer.write([UInt8]("some row of data\n".utf8)) }
                    throw BodyFailure()
                }
            }
            #expect(try await connection.query("SELECT count(*) FROM t").int8(row: 0, column: 0) == 300_000)
            var chunks = 0
            await #expect(throws: BodyFailure.self) {
                _ = try await connection.copyOut("COPY t TO STDOUT") { _ in
                    chunks += 1
                    if chunks == 2 { throw BodyFailure() }
                }
            }
            #expect(chunks == 2)
            #expect(connection.isUsable)
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("a body that throws does not wait for a server that is stuck in a row")
    func bodyThrowsWhileServerIsStuck() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript(
                """
                CREATE TEMP TABLE t (a text);
                CREATE FUNCTION pg_temp.wait() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
                CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION pg_temp.wait();
                """)
            let start = ContinuousClock.now
            await #expect(throws: BodyFailure.self) {
                _ = try await connection.copyIn("COPY t FROM STDIN") { writer in
                    for _ in 0..<20 { try await writer.write([UInt8](repeating: 0x0A, count: 1 << 16)) }
                    throw BodyFailure()
                }
            }
            #expect(start.duration(to: .now) < .seconds(60))
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("data that the server refuses is its error, and the connection stays usable")
    func badData() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (a int8)")
            let error = await postgresError {
                try await connection.copyIn("COPY t FROM STDIN") { writer in
                    try await writer.write([UInt8]("1\nsecret-word\n3\n".utf8))
                }
            }
            #expect(error?.sqlState == "22P02")
            #expect(error?.description.contains("secret-word") == false)
            let wrongStatement = await postgresError { try await connection.copyIn("SELECT 1") { _ in } }
            #expect(wrongStatement?.code == .misuse)
            let wrongDirection = await postgresError { try await connection.copyOut("COPY t FROM STDIN") { _ in } }
            #expect(wrongDirection?.code == .misuse)
            let otherDirection = await postgresError { try await connection.copyIn("COPY t TO STDOUT") { _ in } }
            #expect(otherDirection?.code == .misuse)
            let noTable = await postgresError { try await connection.copyOut("COPY nowhere TO STDOUT") { _ in } }
            #expect(noTable?.sqlState == "42P01")
            try await TestConnections.expectAnswer(connection)
        }
    }

    @Test("a cancelled COPY stops, in either direction, and the connection stays usable")
    func cancelled() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript(
                "CREATE TEMP TABLE t AS SELECT n AS a FROM generate_series(1, 1000) AS n")
            let writing = Task {
                try await connection.copyIn("COPY t FROM STDIN") { writer in
                    while true { try await writer.write([UInt8](String(repeating: "1\n", count: 50_000).utf8)) }
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            writing.cancel()
            #expect(await postgresError { try await writing.value }?.code == .cancelled)
            #expect(try await connection.query("SELECT count(*) FROM t").int8(row: 0, column: 0) == 1000)
            let reading = Task {
                try await connection.copyOut("COPY (SELECT pg_sleep(0.01) FROM generate_series(1, 100000)) TO STDOUT") {
                    _ in
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            reading.cancel()
            #expect(await postgresError { try await reading.value }?.code == .cancelled)
            try await TestConnections.expectAnswer(connection)
        }
    }
}

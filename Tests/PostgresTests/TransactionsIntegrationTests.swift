import Postgres
import Testing

@Suite("Transactions and pipelines against a real server", .serialized) struct TransactionsIntegrationTests {
    private struct BodyFailure: Error {}

    private static let insert = PostgresStatement(name: "insert_t", sql: "INSERT INTO t VALUES ($1)")

    private func expectRows(_ rows: Int64, _ connection: PostgresConnection) async throws {
        let result = try await connection.query("SELECT count(*) FROM t")
        #expect(try result.int8(row: 0, column: 0) == rows)
    }

    private func withTable(_ body: (PostgresConnection) async throws -> Void) async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (a int8 UNIQUE DEFERRABLE INITIALLY IMMEDIATE)")
            try await body(connection)
        }
    }

    @Test("a pipeline returns each result in order, in one round trip")
    func pipelineResults() async throws {
        try await withTable { connection in
            let select = PostgresStatement(name: "select_t", sql: "SELECT a FROM t WHERE a = $1")
            for _ in 0..<3 {
                let results = try await connection.pipeline([
                    (Self.insert, [.int8(1)]), (select, [.int8(1)]), (select, [.int8(2)]),
                    (PostgresStatement(name: "clear", sql: "DELETE FROM t"), []),
                ])
                #expect(results.map(\.affectedRows) == [1, 1, 0, 1])
                #expect(try results[1].int8(row: 0, column: "a") == 1)
            }
            #expect(try await connection.pipeline([]).isEmpty)
        }
    }

    @Test("an error anywhere in a pipeline undoes all of it, and the connection stays usable", arguments: 0..<5)
    func pipelineError(_ failing: Int) async throws {
        try await withTable { connection in
            var commands: [(PostgresStatement, [PostgresValue])] = (0..<5).map { (Self.insert, [.int8(Int64($0))]) }
            commands[failing] = (PostgresStatement(name: "fail", sql: "SELECT 1 / $1"), [.int8(0)])
            for _ in 0..<2 {
                let error = await postgresError { try await connection.pipeline(commands) }
                #expect(error?.sqlState == "22012")
                #expect(error?.operation.contains("at fail") == true)
                #expect(connection.isUsable)
                try await expectRows(0, connection)
            }
            _ = try await connection.pipeline([(Self.insert, [.int8(9)])])
            try await expectRows(1, connection)
        }
    }

    @Test("a statement that cannot even be prepared fails its pipeline alone")
    func pipelinePrepareError() async throws {
        try await withTable { connection in
            let broken = PostgresStatement(name: "broken", sql: "SELECT no_such_column FROM t")
            for _ in 0..<2 {
                let error = await postgresError {
                    try await connection.pipeline([(Self.insert, [.int8(1)]), (broken, []), (Self.insert, [.int8(2)])])
                }
                #expect(error?.sqlState == "42703")
            }
            try await expectRows(0, connection)
        }
    }

    @Test("a constraint that is checked at the end of a pipeline still fails it")
    func pipelineDeferredConstraint() async throws {
        try await TestConnections.with { connection in
            try await connection.executeScript("CREATE TEMP TABLE t (a int8 UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let error = await postgresError {
                try await connection.pipeline([(Self.insert, [.int8(1)]), (Self.insert, [.int8(1)])])
            }
            #expect(error?.sqlState == "23505")
            #expect(error?.operation.contains("at commit") == true)
            try await expectRows(0, connection)
        }
    }

    @Test("a pipeline far larger than the socket buffers, both ways, does not block itself")
    func largePipeline() async throws {
        try await TestConnections.with { connection in
            let echo = PostgresStatement(name: "echo", sql: "SELECT $1::text AS t")
            let text = String(repeating: "x", count: 50_000)
            let results = try await connection.pipeline((0..<1000).map { (echo, [.text("\($0)\(text)")]) })
            #expect(results.count == 1000)
            #expect(try results[999].text(row: 0, column: 0).hasPrefix("999x"))
        }
    }

    @Test("a transaction commits what its body did")
    func commits() async throws {
        try await withTable { connection in
            let inserted = try await connection.transaction { transaction in
                for number in 0..<Int64(3) { _ = try await transaction.execute(Self.insert, [.int8(number)]) }
                return try await transaction.pipeline([(Self.insert, [.int8(3)]), (Self.insert, [.int8(4)])]).count
            }
            #expect(inserted == 2)
            try await expectRows(5, connection)
        }
    }

    @Test("a body that throws rolls its transaction back and its error comes through")
    func rollsBack() async throws {
        try await withTable { connection in
            await #expect(throws: BodyFailure.self) {
                try await connection.transaction { transaction in
                    _ = try await transaction.execute(Self.insert, [.int8(1)])
                    throw BodyFailure()
                }
            }
            let error = await postgresError {
                try await connection.transaction { transaction in
                    _ = try await transaction.execute(Self.insert, [.int8(1)])
                    _ = try await transaction.execute(Self.insert, [.int8(1)])
                }
            }
            #expect(error?.sqlState == "23505")
            try await expectRows(0, connection)
        }
    }

    @Test("a body that hides a failed statement learns that nothing was committed")
    func hiddenFailure() async throws {
        try await withTable { connection in
            let error = await postgresError {
                try await connection.transaction { transaction in
                    _ = try await transaction.execute(Self.insert, [.int8(1)])
                    _ = await postgresError { try await transaction.query("SELECT 1/0") }
                }
            }
            #expect(error?.code == .transactionRolledBack)
            try await expectRows(0, connection)
        }
    }

    @Test("other tasks wait until a transaction is over")
    func othersWait() async throws {
        try await withTable { connection in
            async let seen = connection.transaction { transaction in
                _ = try await transaction.execute(Self.insert, [.int8(1)])
                try await Task.sleep(for: .milliseconds(200))
                _ = try await transaction.execute(Self.insert, [.int8(2)])
                return true
            }
            try await Task.sleep(for: .milliseconds(50))
            try await expectRows(2, connection)
            #expect(try await seen)
        }
    }

    @Test("misuse inside a transaction is an error and no deadlock")
    func misuse() async throws {
        try await withTable { connection in
            var kept: PostgresConnection?
            try await connection.transaction { transaction in
                kept = transaction
                let outer = await postgresError { try await connection.query("SELECT 1") }
                #expect(outer?.code == .misuse)
                let nested = await postgresError { try await transaction.transaction { _ in } }
                #expect(nested?.code == .misuse)
                _ = try await transaction.execute(Self.insert, [.int8(1)])
            }
            let after = try #require(kept)
            #expect(await postgresError { try await after.query("SELECT 1") }?.code == .misuse)
            try await expectRows(1, connection)
        }
    }
}

import TestSupport
import Testing

@testable import Postgres

@Suite("Statements are made of literals") struct SQLTests {
    @Test("fragments and places of parameters can be put into a statement")
    func fragments() {
        let columns: SQL = "id, status"
        let statement: SQL = "SELECT \(columns) FROM sync_logs WHERE id = \(parameter: 1)"
        #expect(statement.text == "SELECT id, status FROM sync_logs WHERE id = $1")
        #expect(SQL.list([columns, "now()"]).text == "id, status, now()")
        let lines: SQL = """
            SELECT \(columns)
            FROM sync_logs
            """
        #expect(lines.text == "SELECT id, status\nFROM sync_logs")
    }

    /// The compiler's word on a line of code that has a name from outside in hand, `name`.
    private func compiles(_ line: String) async throws -> Bool {
        let folder = try TemporaryFolder(prefix: "sql")
        defer { folder.remove() }
        let source = try folder.write(
            """
            func run(_ sql: SQL) {}
            func attempt(_ name: String) { \(line) }
            """, to: "attempt.swift")
        let declaration = "\(packageRoot)/Sources/Postgres/Values/SQL.swift"
        let result = try await ChildProcess.run(
            "swiftc",
            ["-typecheck", "-swift-version", "6", "-package-name", "sql", "-module-name", "M", declaration, source],
            deadline: .seconds(120))
        return result.status == 0
    }

    @Test(
        "a value cannot become part of a statement: the compiler refuses it",
        arguments: [
            #"run("SELECT * FROM users WHERE user_name = '\(name)'")"#, #"run(name)"#,
            #"run(SQL(stringLiteral: name))"#,
            #"run("SELECT " + name)"#, #"run("SELECT \(7)")"#, #"run(SQL.list([name]))"#,
        ])
    func refused(line: String) async throws {
        #expect(try await !compiles(line))
    }

    @Test("and what is a literal compiles")
    func accepted() async throws {
        #expect(try await compiles(#"let part: SQL = "id"; run("SELECT \(part) FROM t WHERE a = \(parameter: 1)")"#))
    }
}

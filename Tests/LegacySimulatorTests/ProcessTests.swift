import Foundation
import TestSupport
import Testing

@testable import LegacySimulator

@Suite("The program", .timeLimit(.minutes(2)))
struct ProcessTests {
    private static let program = Executables.path("legacy-simulator")

    @Test("it writes its port, serves, and ends with status 0 on SIGTERM, also with a stream under way")
    func lifecycle() async throws {
        let folder = try TemporaryFolder(prefix: "legacy-simulator")
        defer { folder.remove() }
        let portFile = folder.file("port")
        let child = try ChildProcess.start(
            Self.program, ["--port-file", portFile, "--error-500-rate", "0", "--error-429-rate", "0"],
            environment: ChildProcess.environment(adding: ["LEGACY_API_KEY": "k"]))
        defer { child.kill() }
        try await eventually(within: .seconds(20), "the port file is written") {
            FileManager.default.fileExists(atPath: portFile)
        }
        let port = try String(contentsOfFile: portFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let client = try ChildProcess.start(
            "/usr/bin/env", ["curl", "-sN", "-H", "x-api-key: k", "http://127.0.0.1:\(port)/external/users"])
        defer { client.kill() }
        try await eventually("the stream has begun") { client.output.hasPrefix("[{\"id\":1,") }
        child.terminate()
        #expect(try await child.wait(deadline: .seconds(15)) == 0)
        // 18: the transfer ended before the body did.
        #expect(try await client.wait(deadline: .seconds(15)) == 18)
    }

    @Test("without a key it does not start, and says which variable is missing")
    func missingKey() async throws {
        let result = try await ChildProcess.run(
            Self.program, ["serve"], environment: ChildProcess.environment(adding: ["LEGACY_API_KEY": ""]))
        #expect(result.status == 78)
        #expect(result.errorOutput.contains("LEGACY_API_KEY"))
    }

    @Test("it prints the table, the digest and the body from the command line")
    func printing() async throws {
        let options = ["--users", "300", "--seed", "4"]
        let profile = DataProfile(seed: 4, users: 300)
        var table = ExpectedTable(profile)
        table.sortByUserName()
        let printed = try await ChildProcess.run(Self.program, ["expected"] + options)
        #expect(printed.status == 0)
        #expect(Array(printed.output.utf8) == copyText(table))
        let digest = try await ChildProcess.run(Self.program, ["expected", "--digest"] + options)
        #expect(digest.output == (ExpectedDigest(of: table)?.line ?? "") + "\n")
        let summary = try await ChildProcess.run(Self.program, ["expected", "--summary"] + options)
        #expect(summary.output.contains("\"received\" : 300"))
    }

    @Test("PostgreSQL computes the same rows and the same digest from its table")
    func digestInTheDatabase() async throws {
        let database = try await PostgresServer.shared().createDatabase()
        var profile = troubled(seed: 21, users: 2000)
        profile.variedDates = true
        var table = ExpectedTable(profile)
        table.sortByUserName()
        let folder = try TemporaryFolder(prefix: "legacy-simulator")
        defer { folder.remove() }
        let rows = String(decoding: copyText(table), as: UTF8.self)
        let script = """
            CREATE TABLE users (legacy_id bigint, user_name text, email text, legacy_created_at timestamptz, deleted boolean);
            COPY users FROM STDIN;
            \(rows)\\.

            """
        let file = try folder.write(script, to: "load.sql")
        let load = try await psql(database, ["-f", file])
        #expect(load.status == 0, "\(load.errorOutput)")
        let digest = try await psql(database, ["-c", ExpectedDigest.sql])
        #expect(digest.output == (ExpectedDigest(of: table)?.line ?? "") + "\n")
        let printed = try await psql(database, ["-c", ExpectedDigest.tableSQL])
        #expect(printed.output == rows)
        try await database.drop()
    }

    private func psql(_ database: TestDatabase, _ arguments: [String]) async throws -> (
        status: Int32, output: String, errorOutput: String
    ) {
        try await ChildProcess.run(
            "/usr/bin/env", ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database.connectionString] + arguments)
    }
}

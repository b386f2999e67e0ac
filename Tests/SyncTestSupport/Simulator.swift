import Foundation
package import TestSupport

/// What the legacy API holds in a test: the options that decide the data, which `serve` and `expected` share.
package struct SimulatedUsers: Sendable {
    let options: [String]

    /// - Parameter options: further options of the simulator that decide the data.
    package init(_ users: Int, seed: Int = 1, _ options: String...) {
        self.options = ["--users", "\(users)", "--seed", "\(seed)"] + options
    }

    /// What the stream holds and what must come of it.
    package struct Summary: Decodable, Sendable {
        package let received: Int
        package let distinct: Int
        /// Runs of damage between users: the least that must be recorded, since damage in a row may be recorded as one.
        package let rejects: Int
        package let deleted: Int
    }

    /// Asks the simulator what the stream holds.
    package func summary() async throws -> Summary {
        let result = try await ChildProcess.run(
            Executables.path("legacy-simulator"), ["expected", "--summary"] + options)
        return try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
    }

    /// What `legacy-simulator expected` prints, without the line break at its end: `--digest`, or the SQL that computes the same.
    package func expected(_ form: String) async throws -> String {
        let result = try await ChildProcess.run(Executables.path("legacy-simulator"), ["expected", form] + options)
        guard result.status == 0 else { throw TestSupportError("nothing is expected: \(result.errorOutput)") }
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The name of a user who will be in the table.
    package func someUserName() async throws -> String {
        let result = try await ChildProcess.run(Executables.path("legacy-simulator"), ["expected"] + options)
        let fields = result.output.prefix { $0 != "\n" }.split(separator: "\t")
        guard fields.count > 1 else { throw TestSupportError("no user is expected: \(result.errorOutput)") }
        return String(fields[1])
    }

    /// Compares the users table with what must be in it, row by row.
    /// - Returns: the differing rows; empty when the table is as it must be.
    package func differences(in database: TestDatabase) async throws -> String {
        let script = "\"$1\" expected \"${@:4}\" | psql -X -A -t -q -v ON_ERROR_STOP=1 -d \"$2\" -f \"$3\""
        let compare = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../scripts/lib/compare.sql").standardized.path
        let result = try await ChildProcess.run(
            "/bin/bash",
            [
                "-c", "set -o pipefail; " + script, "compare", Executables.path("legacy-simulator"),
                database.connectionString, compare,
            ] + options)
        guard result.status == 0 else { throw TestSupportError("comparing failed: \(result.errorOutput)") }
        let lines = result.output.split(separator: "\n")
        return lines.first == "0" ? "" : lines.joined(separator: "\n")
    }

    /// How many rows differ from what they must be, are missing, or should not be there.
    package func countOfDifferences(in database: TestDatabase) async throws -> Int {
        let text = try await differences(in: database)
        return text.isEmpty ? 0 : text.split(separator: "\n").first.flatMap { Int($0) } ?? 1
    }
}

/// A running legacy API.
package final class Simulator: Sendable {
    package let url: String
    package let process: ChildProcess
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - options: further options of `legacy-simulator serve`.
    ///   - apiKey: the key that it wants to see.
    package init(_ data: SimulatedUsers, options: [String], apiKey: String) async throws {
        let folder = try TemporaryFolder(prefix: "simulator")
        self.folder = folder
        let portFile = folder.file("port")
        process = try ChildProcess.start(
            Executables.path("legacy-simulator"), ["serve", "--port-file", portFile] + data.options + options,
            environment: ["PATH": "/usr/bin:/bin", "LEGACY_API_KEY": apiKey])
        let port = { (try? String(contentsOfFile: portFile, encoding: .utf8)).flatMap { Int($0.filter(\.isNumber)) } }
        try await eventually(within: .seconds(20), "the simulator listens") { port() != nil }
        url = "http://127.0.0.1:\(port() ?? 0)/external/users"
    }

    package func stop() {
        process.kill()
        folder.remove()
    }
}

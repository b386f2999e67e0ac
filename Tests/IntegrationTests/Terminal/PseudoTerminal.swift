import Foundation
import TestSupport

/// A real pseudo-terminal with a terminal emulator behind it, for one run of a program.
enum PseudoTerminal {
    /// What is done while the program runs, in order.
    enum Step {
        /// Waits until the screen shows what the regular expression says.
        case expect(String)
        /// Keeps the screen as it is.
        case snapshot(String)
        case resize(columns: Int, rows: Int)
        case type(String)
        /// Waits for the program's end.
        case end

        var document: [String: Any] {
            switch self {
            case .expect(let pattern): ["expect": pattern]
            case .snapshot(let name): ["snapshot": name]
            case .resize(let columns, let rows): ["resize": [columns, rows]]
            case .type(let text): ["type": text]
            case .end: ["end": true]
            }
        }
    }

    /// What a person would have seen.
    struct Result: Decodable {
        let snapshots: [String: [String]]
        let screen: [String]
        /// Lines that scrolled away at the top.
        let history: [String]
        /// All that the program wrote, escape sequences included.
        let raw: String
        let status: Int32?

        var everything: String { (history + screen).joined(separator: "\n") }
    }

    static func run(
        _ program: String, _ arguments: [String], columns: Int, rows: Int = 24, environment: [String: String],
        steps: [Step]
    ) async throws -> Result {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("terminal.py")
        let document = try JSONSerialization.data(withJSONObject: steps.map(\.document))
        let run = try await ChildProcess.run(
            try PythonEnvironment.terminal(),
            [script.path, "\(columns)", "\(rows)", String(decoding: document, as: UTF8.self), program] + arguments,
            environment: environment, deadline: .seconds(300))
        guard run.status == 0 else { throw TestSupportError("in the terminal: \(run.errorOutput)") }
        return try JSONDecoder().decode(Result.self, from: Data(run.output.utf8))
    }
}

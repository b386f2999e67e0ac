import Foundation
import TestSupport

/// What one injected fault came to, as `scripts/test-faults` prints it.
struct FaultOutcome: Encodable {
    let fault: String
    let injected: String
    /// Rows that the table must have.
    let expected: Int
    /// Rows that it has.
    let found: Int
    /// Rows that are missing or differ from what they must be.
    let lost: Int
    /// Writes of the same content to the same row, and users counted more than once.
    let doubled: Int
    /// From the fault's end to the sync's, in seconds.
    let recovery: Double
    /// The status that the SyncLog ends with.
    let status: String
}

/// The file that outcomes are added to, a line of JSON each; named by `FAULT_REPORT`.
enum FaultReport {
    static func add(_ outcome: FaultOutcome) throws {
        guard let path = ProcessInfo.processInfo.environment["FAULT_REPORT"], !path.isEmpty else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let line = Array(try encoder.encode(outcome)) + [UInt8(ascii: "\n")]
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw TestSupportError("cannot open \(path), named by FAULT_REPORT") }
        defer { close(descriptor) }
        // One write of a short line: others that append at the same time do not get in between.
        guard write(descriptor, line, line.count) == line.count else {
            throw TestSupportError("cannot write to \(path), named by FAULT_REPORT")
        }
    }

    /// Whether faults last as long and come as often as they should; `scripts/test-faults` says so, while `scripts/test` has less
    /// time for them.
    static let isComplete = ProcessInfo.processInfo.environment["FAULTS"] == "all"
}

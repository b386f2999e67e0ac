import Postgres
import SyncCore
import SyncStorage
import Synchronization

@testable import Worker

/// A database that answers as a test says, and notes what it was asked.
final class ScriptedDatabase: WorkerDatabase {
    /// Given a batch's number and how often it was tried before.
    typealias Answer = @Sendable (_ batch: Int64, _ tries: Int) throws -> BatchOutcome

    private struct State {
        var events: [String] = []
        var tries: [Int64: Int] = [:]
        var probes = 0
        var records = 0
        var failures: [FailedBatch] = []
    }

    private let state = Mutex(State())
    private let answer: Answer
    private let probeAnswer: @Sendable (_ probesBefore: Int) throws -> Void
    private let recordAnswer: @Sendable (_ recordsBefore: Int) throws -> Void
    private let applying: @Sendable (Int64) async throws -> Void

    static let success = BatchOutcome.applied(.init(duplicates: 0, inserted: 1, updated: 0, unchanged: 0))

    init(
        probe: @escaping @Sendable (Int) throws -> Void = { _ in },
        record: @escaping @Sendable (Int) throws -> Void = { _ in },
        applying: @escaping @Sendable (Int64) async throws -> Void = { _ in },
        _ answer: @escaping Answer
    ) {
        self.answer = answer
        self.applying = applying
        probeAnswer = probe
        recordAnswer = record
    }

    /// Everything succeeds.
    /// - Parameter applying: called before a batch is applied.
    convenience init(applying: @escaping @Sendable (Int64) async throws -> Void = { _ in }) {
        self.init(applying: applying) { _, _ in ScriptedDatabase.success }
    }

    /// What happened: `1` is a batch that was applied, `1!` one that failed, `probe` and `probe!`, `record 1`.
    var events: [String] { state.withLock { $0.events } }
    /// Batches that were applied, in order.
    var applied: [String] { events.filter { Int($0) != nil } }
    var failures: [FailedBatch] { state.withLock { $0.failures } }

    func apply(_ batch: DecodedBatch) async throws -> BatchOutcome {
        let number = batch.header.number
        let tries = state.withLock { state in
            defer { state.tries[number, default: 0] += 1 }
            return state.tries[number, default: 0]
        }
        do {
            try await applying(number)
            let outcome = try answer(number, tries)
            note("\(number)")
            return outcome
        } catch {
            note("\(number)!")
            throw error
        }
    }

    func record(_ failure: FailedBatch) async throws {
        let before = state.withLock { state in
            defer { state.records += 1 }
            return state.records
        }
        do {
            try recordAnswer(before)
        } catch {
            note("record \(failure.batchNumber)!")
            throw error
        }
        state.withLock { $0.failures.append(failure) }
        note("record \(failure.batchNumber)")
    }

    func probe() async throws {
        let before = state.withLock { state in
            defer { state.probes += 1 }
            return state.probes
        }
        do { try probeAnswer(before) } catch {
            note("probe!")
            throw error
        }
        note("probe")
    }

    private func note(_ event: String) { state.withLock { $0.events.append(event) } }
}

extension PostgresError {
    /// The server refused a statement.
    static func server(_ sqlState: String) -> PostgresError {
        PostgresError(.server, operation: "apply", message: "scripted", sqlState: sqlState, severity: "ERROR")
    }

    static let unreachable = PostgresError(.connectFailed, operation: "connect", message: "scripted")
}

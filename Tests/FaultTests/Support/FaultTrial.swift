import Foundation
import SyncTestSupport
import Synchronization
import TestSupport
import Testing

/// A whole service under one fault: runs a sync through it, and holds the table and the SyncLog against the truth.
final class FaultTrial: Sendable {
    let stack: SyncStack
    /// Faults between the programs and SQS.
    let queue: FaultProxy
    let data: SimulatedUsers
    private let settings: [String: String]
    private let faultEnd: Mutex<ContinuousClock.Instant?>

    /// Small batches, so that a fault meets some before it, some in it and some after.
    private static let settings = ["SYNC_BATCH_SIZE": "100", "SYNC_MESSAGE_GROUPS": "8"]
    private static let patience = Duration.seconds(180)

    init(stack: SyncStack, data: SimulatedUsers, settings: [String: String]) throws {
        self.stack = stack
        self.data = data
        self.queue = try FaultProxy.start(to: stack.server.endpoint)
        var all = Self.settings
        all["AWS_ENDPOINT_URL_SQS"] = queue.url
        self.settings = all.merging(settings) { _, own in own }
        self.faultEnd = Mutex(nil)
    }

    // MARK: Programs

    /// A legacy API without faults of its own, unless the options ask for some.
    func startAPI(_ options: String..., data other: SimulatedUsers? = nil) async throws -> Simulator {
        var all = ["--error-500-rate", "0", "--error-429-rate", "0"] + options
        if !options.contains("--interval-ms") { all += ["--interval-ms", "0"] }
        return try await Simulator(other ?? data, options: all, apiKey: stack.apiKey)
    }

    func startSync(_ api: Simulator?, _ more: [String: String] = [:]) throws -> ChildProcess {
        try stack.startSync(api, settings: settings.merging(more) { _, new in new })
    }

    func startWorker(_ more: [String: String] = [:]) throws -> ChildProcess {
        try stack.startWorker(settings: settings.merging(more) { _, new in new })
    }

    /// Runs a part of a test with workers, which are gone after it.
    func withWorkers(
        _ count: Int = 2, _ more: [String: String] = [:], _ body: ([ChildProcess]) async throws -> Void
    ) async throws {
        let workers = try (0..<count).map { _ in try startWorker(more) }
        defer { for worker in workers { worker.kill() } }
        try await body(workers)
    }

    // MARK: The course of a trial

    /// Says that the fault is over: from here on the time to recover counts.
    func faultIsOver() {
        faultEnd.withLock { $0 = .now }
    }

    /// Waits until a number of batches is in the ledger.
    func waitForBatches(_ number: Int) async throws {
        try await eventually(within: .seconds(60), "\(number) batches are applied") {
            try await stack.count("SELECT count(*) FROM sync_batches") >= number
        }
    }

    /// Waits until the sync has ended by itself, successfully.
    func complete(_ sync: ChildProcess) async throws {
        let status = try await sync.wait(deadline: Self.patience)
        #expect(status == 0, "\(sync.lastLines(10))")
    }

    /// Runs a sync with two workers to its end, under a fault of the queue that lasts all the while.
    /// - Parameter number: how many requests must have met the fault.
    func completeSync(faultsAtLeast number: Int) async throws {
        let api = try await startAPI()
        defer { api.stop() }
        let sync = try startSync(api)
        defer { sync.kill() }
        faultIsOver()
        try await withWorkers { _ in try await complete(sync) }
        #expect(queue.faults >= number, "the fault was injected")
    }

    /// Holds table and SyncLog against the truth, and reports the outcome.
    ///
    /// - Parameters:
    ///   - data: what the table must show, when it is not what the trial began with.
    ///   - isFirst: whether the completed sync is the first to write users.
    func verify(
        _ fault: String, injected: String, data other: SimulatedUsers? = nil, isFirst: Bool = true
    ) async throws {
        let recovery = faultEnd.withLock { $0 }.map { ContinuousClock.now - $0 } ?? .zero
        let data = other ?? data
        let expected = try await data.summary()
        let row = try await stack.status()
        let lost = try await data.countOfDifferences(in: stack.database)
        let counted = row.inserted + row.updated + row.unchanged + row.duplicates
        let doubled = try await Witness.doubledWrites(in: stack) + max(0, counted - row.received)
        let found = try await stack.count("SELECT count(*) FROM users")

        #expect(row.status == "COMPLETED", "\(row.errorMessage ?? "")")
        #expect(row.received == expected.received)
        #expect(row.totalProcessed == expected.received)
        #expect(row.isBalanced)
        #expect(row.batchesApplied == row.batchesSent)
        if isFirst { #expect(row.inserted == expected.distinct) }
        #expect(found == expected.distinct)
        #expect(lost == 0)
        #expect(doubled == 0)
        try FaultReport.add(
            FaultOutcome(
                fault: fault, injected: injected, expected: expected.distinct, found: found, lost: lost,
                doubled: doubled, recovery: recovery / .seconds(1), status: row.status))
    }

    /// Holds a sync that cannot succeed against the truth: FAILED with a reason, and not a row written; and reports the outcome.
    /// - Returns: the SyncLog's row.
    func verifyFailed(_ fault: String, injected: String) async throws -> SyncLogRow {
        let row = try await stack.status()
        let found = try await stack.count("SELECT count(*) FROM users")
        #expect(row.status == "FAILED")
        #expect(row.errorMessage?.isEmpty == false)
        #expect(row.totalProcessed == 0)
        #expect(found == 0)
        try FaultReport.add(
            FaultOutcome(
                fault: fault, injected: injected, expected: 0, found: found, lost: 0, doubled: 0, recovery: 0,
                status: row.status))
        return row
    }
}

/// Runs a trial on a service of its own, and takes that down whatever comes.
func withTrial(
    _ users: Int = 3_000, visibilityTimeout: Int = 30, maximumReceives: Int = 50, postgres: PostgresServer? = nil,
    server: SQSServer? = nil, settings: [String: String] = [:], _ body: (FaultTrial) async throws -> Void
) async throws {
    let stack = try await SyncStack(
        visibilityTimeout: visibilityTimeout, maximumReceives: maximumReceives, postgres: postgres, server: server)
    do {
        try await stack.migrate()
        try await Witness.install(in: stack.database)
        let trial = try FaultTrial(stack: stack, data: SimulatedUsers(users), settings: settings)
        defer { trial.queue.stop() }
        try await body(trial)
    } catch {
        try? await stack.remove()
        throw error
    }
    try await stack.remove()
}

import Logging
import SyncCore
import Synchronization
import Testing

@testable import SyncStorage

@Suite("Pruning of history, step by step")
struct HistoryPrunerTests {
    /// Tables in memory: how many rows each sync has in each.
    private final class ScriptedHistory: HistoryRecord {
        struct State {
            var rows: [HistoryPart: [Int64: Int]] = [:]
            var steps: [HistoryPart] = []
            var looks = 0
            var newest: Int64 = 7
            var now = ContinuousClock.now
        }

        struct Broken: Error, CustomStringConvertible {
            var description: String { "scripted failure" }
        }

        let state = Mutex(State())
        /// What each step costs.
        let stepTime: Duration
        /// The step that fails, counted from 1; 0: none.
        let failingStep: Int
        /// Done after each step.
        let afterStep: @Sendable (inout State) -> Void

        init(
            _ syncs: ClosedRange<Int64>, rows: Int, stepTime: Duration = .zero, failingStep: Int = 0,
            afterStep: @escaping @Sendable (inout State) -> Void = { _ in }
        ) {
            self.stepTime = stepTime
            self.failingStep = failingStep
            self.afterStep = afterStep
            state.withLock { state in
                for part in HistoryPart.allCases { for sync in syncs { state.rows[part, default: [:]][sync] = rows } }
            }
        }

        var clock: PipelineClock {
            PipelineClock(now: { self.state.withLock { $0.now } }, sleep: { _ in }, random: { 0.5 })
        }

        var left: Int { state.withLock { $0.rows.values.flatMap(\.values).reduce(0, +) } }

        func ended(forDays days: Int, after: Int64, limit: Int) async throws -> [Int64] {
            state.withLock { state in
                state.looks += 1
                let syncs = Set(state.rows.values.flatMap { $0.filter { $0.value > 0 }.keys })
                return Array(syncs.filter { $0 > after }.sorted().prefix(limit))
            }
        }

        func hasNewer(than syncID: Int64) async throws -> Bool { state.withLock { $0.newest > syncID } }

        func delete(_ part: HistoryPart, of syncIDs: [Int64], limit: Int) async throws -> Int {
            try state.withLock { state in
                state.steps.append(part)
                state.now += stepTime
                if state.steps.count == failingStep { throw Broken() }
                var deleted = 0
                for sync in syncIDs {
                    let count = min(limit - deleted, state.rows[part]?[sync] ?? 0)
                    state.rows[part]?[sync]? -= count
                    deleted += count
                }
                afterStep(&state)
                return deleted
            }
        }
    }

    /// Collects what is logged.
    private struct LogCollector: LogHandler {
        let lines: @Sendable (Logger.Level, String) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines(event.level, "\(event.message) \(event.metadata ?? [:])") }
    }

    @Test("every row goes, the ledger of a sync last, and no statement takes more than its share")
    func order() async throws {
        let history = ScriptedHistory(1...250, rows: 120)
        let pruned = try await HistoryPruner(history, days: 90, clock: history.clock).run()
        #expect(history.left == 0 && pruned.isComplete)
        #expect(pruned.syncs == 250 && pruned.first == 1 && pruned.last == 250)
        for part in HistoryPart.allCases { #expect(pruned[part] == 250 * 120) }
        // 100 syncs at a time with 12 000 rows: three statements per table, and two for the last 50 syncs with 6 000.
        let steps = history.state.withLock { $0.steps }
        let inOrder = HistoryPart.allCases.flatMap { [$0, $0, $0] }
        #expect(steps == inOrder + inOrder + HistoryPart.allCases.flatMap { [$0, $0] })
        #expect(steps.last == .ledger)
    }

    @Test("rows of one sync that fill statements to the last place are all found")
    func exactMultiple() async throws {
        let history = ScriptedHistory(1...1, rows: HistoryPruner.rowsPerStep * 2)
        let pruned = try await HistoryPruner(history, days: 90, clock: history.clock).run()
        #expect(history.left == 0 && pruned.total == HistoryPruner.rowsPerStep * 2 * HistoryPart.allCases.count)
    }

    @Test("0 days: nothing is looked at")
    func never() async throws {
        let history = ScriptedHistory(1...3, rows: 1)
        #expect(try await HistoryPruner(history, days: 0, clock: history.clock).run() == PrunedHistory())
        #expect(history.state.withLock { $0.looks } == 0 && history.left == 15)
    }

    @Test("no step begins once time is up, and the next run goes on until nothing is left")
    func timeIsUp() async throws {
        let history = ScriptedHistory(1...250, rows: 10, stepTime: .seconds(5))
        let pruner = HistoryPruner(history, days: 90, clock: history.clock)
        var runs: [PrunedHistory] = []
        repeat { runs.append(try await pruner.run(within: .seconds(30))) } while runs.last?.isComplete == false
        #expect(runs.count == 3 && history.left == 0)
        #expect(runs.reduce(0) { $0 + $1.total } == 250 * 10 * 5)
        // Six steps of 5 s begin within 30 s.
        #expect(runs[0].syncs == 100 && runs[0][.ledger] == 1000 && runs[0][.batchFailures] == 2000)
    }

    @Test("it stops when a newer sync begins")
    func newerSync() async throws {
        let history = ScriptedHistory(1...250, rows: 10, afterStep: { if $0.steps.count == 4 { $0.newest = 8 } })
        let pruned = try await HistoryPruner(history, days: 90, clock: history.clock).run(after: 7)
        #expect(!pruned.isComplete && pruned.syncs == 100)
    }

    @Test("after a sync, a failure is a warning; what was deleted before stays deleted, and the next run goes on")
    func failure() async {
        let history = ScriptedHistory(1...3, rows: 10, failingStep: 3)
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            LogCollector { level, line in lines.withLock { $0.append("\(level) \(line)") } }
        }
        let housekeeping = HistoryHousekeeping(days: 90, clock: history.clock, logger: logger) { try await $0(history) }
        await housekeeping.run(after: 7)
        #expect(lines.withLock { $0.count } == 1 && history.left == 90)
        #expect(lines.withLock { $0.first?.hasPrefix("warning history of old syncs was not deleted") } == true)
        #expect(lines.withLock { $0.first?.contains("scripted failure") } == true)
        await housekeeping.run(after: 7)
        #expect(history.left == 0)
        #expect(lines.withLock { $0.last?.hasPrefix("info history of old syncs deleted") } == true)
        // Nothing to do is nothing to say.
        await housekeeping.run(after: 7)
        #expect(lines.withLock { $0.count } == 2)
    }

    @Test("a database that cannot be reached is a warning too; with 0 days it is not even asked", arguments: [90, 0])
    func away(days: Int) async {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            LogCollector { level, line in lines.withLock { $0.append("\(level) \(line)") } }
        }
        await HistoryHousekeeping(days: days, logger: logger) { _ in throw ScriptedHistory.Broken() }.run(after: 7)
        #expect(lines.withLock { $0.count } == (days == 0 ? 0 : 1))
    }

    @Test("told to stop, it says nothing and stops")
    func cancelled() async {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            LogCollector { level, line in lines.withLock { $0.append("\(level) \(line)") } }
        }
        let housekeeping = HistoryHousekeeping(days: 90, logger: logger) { _ in
            try await Task.sleep(for: .seconds(3600))
            return PrunedHistory()
        }
        let task = Task { await housekeeping.run(after: 7) }
        await Task.yield()
        task.cancel()
        await task.value
        #expect(lines.withLock { $0.isEmpty })
    }
}

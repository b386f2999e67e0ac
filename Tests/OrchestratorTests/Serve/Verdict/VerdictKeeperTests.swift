import SyncCore
import SyncStorage
import Synchronization
import Testing

@testable import Orchestrator

@Suite("How often the world is looked at for a verdict", .timeLimit(.minutes(1)))
struct VerdictKeeperTests {
    /// A world that counts how often it is looked at, and a clock that is set by hand.
    private final class World: Sendable {
        private struct State {
            var elapsed = Duration.zero
            var looks: [Set<ServiceExamination.Part>] = []
        }

        private let state = Mutex(State())
        var looks: [Set<ServiceExamination.Part>] { state.withLock { $0.looks } }
        var elapsed: Duration { state.withLock { $0.elapsed } }

        func pass(_ time: Duration) { state.withLock { $0.elapsed += time } }

        func keeper(source: Finding = .ok(.legacyAPI, "the stream opens")) -> VerdictKeeper {
            VerdictKeeper(elapsed: { self.elapsed }, now: { Int64(self.elapsed / .microseconds(1)) }) { parts in
                self.state.withLock { $0.looks.append(parts) }
                // Others ask meanwhile.
                try await Task.sleep(for: .milliseconds(20))
                let found: [Finding] = [.ok(.database, "it answers")] + (parts.contains(.source) ? [source] : [])
                return ServiceExamination.Outcome(findings: found, syncs: nil)
            }
        }
    }

    private func mark(_ id: Int64, _ status: SyncStatus) -> ExaminationPace.Mark {
        ExaminationPace.Mark(syncID: id, status: status)
    }

    @Test("a hundred who ask at once share one look, and those who ask within 30 s the same one")
    func shared() async throws {
        let world = World()
        let keeper = world.keeper()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = try await keeper.findings(nil) } }
            try await group.waitForAll()
        }
        #expect(world.looks.count == 1)
        for _ in 0..<29 {
            world.pass(.seconds(1))
            _ = try await keeper.findings(nil)
        }
        #expect(world.looks.count == 1)
        world.pass(.seconds(1))
        #expect(try await keeper.findings(nil).examinedAt == 30_000_000)
        #expect(world.looks.count == 2)
    }

    @Test("asking every second for an hour causes 120 looks, and 12 at the source")
    func bound() async throws {
        var pace = ExaminationPace()
        var (looks, opened) = (0, 0)
        for second in 0..<3600 {
            let now = Duration.seconds(second)
            guard !pace.isFresh(at: now, mark(1, .completed)) else { continue }
            let opens = pace.mayOpenSource(at: now, mark(1, .completed))
            looks += 1
            opened += opens ? 1 : 0
            pace.examined(at: now, mark(1, .completed), openedSource: opens)
        }
        #expect(looks == 120)
        #expect(opened == 12)
    }

    @Test("a sync that begins or ends is seen at once, but not more than once in 2 s")
    func changes() async throws {
        let world = World()
        let keeper = world.keeper()
        _ = try await keeper.findings(mark(1, .completed))
        world.pass(.seconds(1))
        _ = try await keeper.findings(mark(2, .running))
        #expect(world.looks.count == 1)
        world.pass(.seconds(1))
        _ = try await keeper.findings(mark(2, .running))
        #expect(world.looks.count == 2)
    }

    @Test("the source is never opened while a sync reads it, and what was seen of it before is kept with its time")
    func source() async throws {
        let world = World()
        let keeper = world.keeper()
        let seen = try await keeper.findings(mark(1, .completed))
        #expect(world.looks.last?.contains(.source) == true && seen.sourceExaminedAt == 0)
        world.pass(.seconds(600))
        let running = try await keeper.findings(mark(2, .running))
        #expect(world.looks.last?.contains(.source) == false)
        #expect(running.outcome.findings.first { $0.subject == .legacyAPI }?.outcome == .skipped)
        world.pass(.seconds(100))
        let ended = try await keeper.findings(mark(2, .completed))
        #expect(world.looks.last?.contains(.source) == true && ended.sourceExaminedAt == 700_000_000)
        world.pass(.seconds(60))
        let later = try await keeper.findings(mark(2, .completed))
        #expect(world.looks.last?.contains(.source) == false)
        #expect(later.outcome.findings.contains(.ok(.legacyAPI, "the stream opens")))
        #expect(later.sourceExaminedAt == 700_000_000)
    }
}

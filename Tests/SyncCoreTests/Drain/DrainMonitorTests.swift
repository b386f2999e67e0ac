import SyncCore
import Testing

@Suite("Draining")
struct DrainMonitorTests {
    private func monitor(expected: Int = 10, stall: Duration = .seconds(60)) -> DrainMonitor {
        DrainMonitor(expected: expected, stallTimeout: stall, start: .zero)
    }

    @Test("is over when the ledger holds every batch")
    func finished() {
        var monitor = monitor()
        #expect(monitor.observe(applied: 10, at: .seconds(1)) == .finished)
    }

    @Test("ends at once when all that is missing is dead, and not while anything else is missing")
    func dead() {
        var monitor = monitor()
        guard case .lookAgain = monitor.observe(applied: 7, dead: 2, at: .seconds(1)) else {
            Issue.record("one batch can still be applied")
            return
        }
        #expect(monitor.observe(applied: 8, dead: 2, at: .seconds(2)) == .dead(outstanding: 2))
    }

    @Test("batches that are dead and applied after all count as applied")
    func appliedWins() {
        var monitor = monitor()
        #expect(monitor.observe(applied: 10, dead: 2, at: .seconds(1)) == .finished)
    }

    @Test("gives up when no batch was applied for the whole limit, and each one applied begins it anew")
    func stalled() {
        var monitor = monitor(stall: .seconds(60))
        _ = monitor.observe(applied: 1, at: .seconds(0))
        _ = monitor.observe(applied: 2, at: .seconds(59))
        guard case .lookAgain(let pause, _) = monitor.observe(applied: 2, at: .seconds(118)) else {
            Issue.record("the limit begins with the latest batch")
            return
        }
        #expect(pause <= .seconds(1))
        #expect(monitor.observe(applied: 2, at: .seconds(119)) == .stalled(outstanding: 8))
    }

    @Test("searches the dead letters when nothing moves, once in ten seconds, and never while batches are applied")
    func searches() {
        var monitor = monitor(expected: 1000, stall: .seconds(900))
        for second in 0..<100 {
            let decision = monitor.observe(applied: second + 1, at: .seconds(second))
            #expect(decision == .lookAgain(after: .milliseconds(50), searchesDeadLetters: false))
        }
        var searches = 0
        for second in 100..<200 {
            if case .lookAgain(_, true) = monitor.observe(applied: 100, at: .seconds(second)) { searches += 1 }
        }
        #expect(searches == 10)
    }
}

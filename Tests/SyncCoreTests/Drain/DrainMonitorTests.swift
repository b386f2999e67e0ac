import SyncCore
import Testing

@Suite("Draining")
struct DrainMonitorTests {
    /// Ten users per batch, unless something else is said.
    private func monitor(expected: Int = 10, stall: Duration = .seconds(60)) -> DrainMonitor {
        DrainMonitor(expected: expected, users: expected * 10, stallTimeout: stall, start: .zero)
    }

    private func look(_ applied: Int, dead: Int = 0, foreign: Int = 0) -> DrainMonitor.Look {
        DrainMonitor.Look(applied: applied, users: applied * 10, dead: dead, foreign: foreign)
    }

    @Test("is over when the ledger holds every batch, and not one batch before")
    func finished() {
        var monitor = monitor()
        for applied in 0...9 {
            guard case .lookAgain = monitor.observe(look(applied), at: .seconds(1)) else {
                Issue.record("\(applied) of 10 are not all")
                return
            }
        }
        #expect(monitor.observe(look(10), at: .seconds(1)) == .finished)
    }

    @Test("nothing that was not sent completes a sync: other numbers, or other users under the right numbers")
    func forged() {
        var monitor = monitor()
        #expect(monitor.observe(look(0, foreign: 10), at: .seconds(1)) == .forged(.numbers(10)))
        #expect(monitor.observe(look(10, foreign: 1), at: .seconds(1)) == .forged(.numbers(1)))
        for users in [0, 99, 101] {
            let found = DrainMonitor.Look(applied: 10, users: users)
            #expect(monitor.observe(found, at: .seconds(1)) == .forged(.users(sent: 100, found: users)))
        }
    }

    @Test("a sync that sent nothing is over at once")
    func nothingSent() {
        var monitor = monitor(expected: 0)
        #expect(monitor.observe(look(0), at: .zero) == .finished)
    }

    @Test("ends at once when all that is missing is dead, and not while anything else is missing")
    func dead() {
        var monitor = monitor()
        guard case .lookAgain = monitor.observe(look(7, dead: 2), at: .seconds(1)) else {
            Issue.record("one batch can still be applied")
            return
        }
        #expect(monitor.observe(look(8, dead: 2), at: .seconds(2)) == .dead(outstanding: 2))
    }

    @Test("batches that are dead and applied after all count as applied")
    func appliedWins() {
        var monitor = monitor()
        #expect(monitor.observe(look(10, dead: 2), at: .seconds(1)) == .finished)
    }

    @Test("gives up when no batch was applied for the whole limit, and each one applied begins it anew")
    func stalled() {
        var monitor = monitor(stall: .seconds(60))
        _ = monitor.observe(look(1), at: .seconds(0))
        _ = monitor.observe(look(2), at: .seconds(59))
        guard case .lookAgain(let pause, _) = monitor.observe(look(2), at: .seconds(118)) else {
            Issue.record("the limit begins with the latest batch")
            return
        }
        #expect(pause <= .seconds(1))
        #expect(monitor.observe(look(2), at: .seconds(119)) == .stalled(outstanding: 8))
    }

    @Test("searches the dead letters when nothing moves, once in ten seconds, and never while batches are applied")
    func searches() {
        var monitor = monitor(expected: 1000, stall: .seconds(900))
        for second in 0..<100 {
            let decision = monitor.observe(look(second + 1), at: .seconds(second))
            #expect(decision == .lookAgain(after: .milliseconds(50), searchesDeadLetters: false))
        }
        var searches = 0
        for second in 100..<200 {
            if case .lookAgain(_, true) = monitor.observe(look(100), at: .seconds(second)) { searches += 1 }
        }
        #expect(searches == 10)
    }
}

import Backoff
import SyncCore
import Testing

@Suite("Patience with the world")
struct PatienceTests {
    private func isTriedAgain(_ decision: Patience.Decision) -> Bool {
        if case .tryAgain = decision { true } else { false }
    }

    /// The pauses of an outage in which each try fails at once, and when it is given up.
    private func outage(_ patience: inout Patience, random: Double) -> (pauses: [Duration], end: Duration) {
        var (now, pauses) = (Duration.seconds(1000), [Duration]())
        let start = now
        while true {
            switch patience.failed(at: now, random: random) {
            case .giveUp(let after):
                #expect(after == now - start)
                return (pauses, after)
            case .tryAgain(let pause):
                pauses.append(pause)
                now += pause
            }
        }
    }

    @Test(
        "an outage is waited out until its limit, and the last try comes exactly then",
        arguments: [0, 1, 5, 75, 900], [0, 0.5, 0.999])
    func limit(seconds: Int, random: Double) {
        var patience = Patience(limit: .seconds(seconds))
        let (pauses, end) = outage(&patience, random: random)
        #expect(end == .seconds(seconds))
        #expect(pauses.reduce(.zero, +) == .seconds(seconds))
        #expect(pauses.allSatisfy { $0 > .zero && $0 <= .seconds(8) })
    }

    @Test("a quarter of an hour of outage costs few tries")
    func tries() {
        var patience = Patience()
        #expect((100...250).contains(outage(&patience, random: 0.5).pauses.count))
    }

    @Test("each outage has the whole limit: success ends the one before")
    func twoOutages() {
        var patience = Patience(limit: .seconds(10))
        #expect(!patience.isBeingTried)
        let decision1 = patience.failed(at: .seconds(0), random: 0)
        #expect(isTriedAgain(decision1))
        let decision2 = patience.failed(at: .seconds(9), random: 0)
        #expect(isTriedAgain(decision2))
        #expect(patience.isBeingTried)
        patience.succeeded()
        #expect(!patience.isBeingTried)
        let decision3 = patience.failed(at: .seconds(11), random: 0)
        #expect(isTriedAgain(decision3))
        #expect(patience.failed(at: .seconds(21), random: 0) == .giveUp(after: .seconds(10)))
    }

    @Test("told to stop, it gives up at the shorter limit, and never at a longer one")
    func stopping() {
        var patience = Patience(limit: .seconds(900))
        _ = patience.failed(at: .zero, random: 0)
        #expect(
            patience.failed(at: .seconds(30), random: 0, shortened: Patience.limitAfterStop)
                == .giveUp(after: .seconds(30)))
        var short = Patience(limit: .seconds(1))
        _ = short.failed(at: .zero, random: 0)
        #expect(short.failed(at: .seconds(1), random: 0, shortened: .seconds(10)) == .giveUp(after: .seconds(1)))
    }
}

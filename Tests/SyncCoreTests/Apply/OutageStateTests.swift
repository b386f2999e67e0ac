import Backoff
import SyncCore
import Testing

@Suite("What a worker waits for")
struct OutageStateTests {
    private let start = ContinuousClock.now
    private let backoff = Backoff(base: .seconds(1), cap: .seconds(8), jitter: .none)

    @Test("a failure that a probe does not confirm closes the gate, and is told to nobody")
    func unconfirmed() {
        var state = OutageState(backoff: backoff)
        #expect(state.failed(.database, reason: "x", isCertain: false, at: start) == nil)
        #expect(state.stopsWork)
        #expect(state.longest == nil)
        #expect(state.recovered(.database)?.isAnnounced == false)
        #expect(!state.stopsWork)
    }

    @Test("an outage is announced once, with the first failed probe, or at once when it is certain")
    func announced() {
        var state = OutageState(backoff: backoff)
        #expect(state.failed(.database, reason: "a", isCertain: false, at: start) == nil)
        #expect(state.failed(.database, reason: "b", isCertain: true, isProbe: true, at: start + .seconds(1)) != nil)
        #expect(state.failed(.database, reason: "c", isCertain: true, isProbe: true, at: start + .seconds(2)) == nil)
        #expect(state.longest?.reason == "c")
        #expect(state.longest?.since == start)
        #expect(state.failed(.queue, reason: "q", isCertain: true, at: start) != nil)
    }

    @Test("without its queue a worker still applies what it holds; without its database or a newer release it does not")
    func stops() {
        for dependency in OutageState.Dependency.allCases {
            var state = OutageState(backoff: backoff)
            _ = state.failed(dependency, reason: "x", isCertain: true, at: start)
            #expect(state.stopsWork == (dependency != .queue))
        }
    }

    @Test("the first probe comes at once, the later ones with backoff, and it never ends")
    func probes() {
        var state = OutageState(backoff: backoff)
        _ = state.failed(.database, reason: "x", isCertain: false, at: start)
        var pauses: [Duration] = []
        for _ in 0..<6 {
            pauses.append(state.pauseBeforeProbe(random: 0))
            _ = state.failed(.database, reason: "x", isCertain: true, isProbe: true, at: start)
        }
        #expect(pauses == [.zero, .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8)])
    }

    @Test("the outage that has lasted longest is the one that is shown")
    func longest() {
        var state = OutageState(backoff: backoff)
        _ = state.failed(.queue, reason: "q", isCertain: true, at: start + .seconds(5))
        _ = state.failed(.database, reason: "d", isCertain: true, at: start)
        #expect(state.longest?.dependency == .database)
        _ = state.recovered(.database)
        #expect(state.longest?.dependency == .queue)
    }
}

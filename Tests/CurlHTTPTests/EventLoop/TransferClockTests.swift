import Testing

@testable import CurlHTTP

@Suite("The time a transfer may take")
struct TransferClockTests {
    let start = ContinuousClock.now

    @Test("idle time is counted from the connection on, and anew from every byte")
    func idle() {
        var clock = TransferClock(HTTPTimeouts(idle: .seconds(5)), startedAt: start)
        #expect(clock.expiry(at: start + .seconds(100)) == nil)
        clock.connected(at: start + .seconds(100))
        #expect(clock.expiry(at: start + .seconds(104)) == nil)
        clock.moved(at: start + .seconds(104))
        #expect(clock.expiry(at: start + .seconds(108)) == nil)
        #expect(clock.expiry(at: start + .seconds(109)) == .idle(.seconds(5)))
    }

    @Test("time that the reader keeps it paused is not idle time")
    func paused() {
        var clock = TransferClock(HTTPTimeouts(idle: .seconds(5)), startedAt: start)
        clock.connected(at: start)
        clock.paused()
        #expect(clock.expiry(at: start + .seconds(1000)) == nil)
        clock.resumed(at: start + .seconds(1000))
        #expect(clock.expiry(at: start + .seconds(1004)) == nil)
        #expect(clock.expiry(at: start + .seconds(1005)) == .idle(.seconds(5)))
    }

    @Test("total time counts everything, also waiting and paused time")
    func total() {
        var clock = TransferClock(HTTPTimeouts(idle: nil, total: .seconds(7)), startedAt: start)
        #expect(clock.expiry(at: start + .seconds(6)) == nil)
        clock.connected(at: start + .seconds(6))
        clock.paused()
        #expect(clock.expiry(at: start + .seconds(7)) == .total(.seconds(7)))
    }

    @Test("without limits nothing ever expires and nothing is to be checked")
    func unlimited() {
        var clock = TransferClock(HTTPTimeouts(idle: nil), startedAt: start)
        clock.connected(at: start)
        #expect(clock.expiry(at: start + .seconds(1_000_000)) == nil)
        #expect(clock.nextCheck(from: start) == nil)
    }

    @Test("nothing expires before the next check, whatever happens until then")
    func nextCheck() throws {
        var random = SplitMix(seed: 7)
        for _ in 0..<2000 {
            var clock = TransferClock(HTTPTimeouts(idle: .seconds(5), total: .seconds(60)), startedAt: start)
            var now = start
            var check = try #require(clock.nextCheck(from: now))
            for _ in 0..<50 {
                now += .milliseconds(Int.random(in: 0..<3000, using: &random))
                if clock.expiry(at: now) != nil {
                    #expect(now >= check)
                    break
                }
                if now >= check { check = try #require(clock.nextCheck(from: now)) }
                switch Int.random(in: 0..<4, using: &random) {
                case 0: clock.connected(at: now)
                case 1: clock.moved(at: now)
                case 2: clock.paused()
                default: clock.resumed(at: now)
                }
            }
        }
    }
}

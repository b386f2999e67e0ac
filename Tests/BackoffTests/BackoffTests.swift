import Backoff
import Testing

@Suite("Backoff")
struct BackoffTests {
    @Test("the ceiling doubles with each failure, up to the cap, for any number of failures")
    func ceiling() {
        let backoff = Backoff(base: .milliseconds(500), cap: .seconds(30))
        #expect(
            (1...8).map { backoff.ceiling(afterFailures: $0) / .milliseconds(1) } == [
                500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
            ])
        #expect(backoff.ceiling(afterFailures: .max) == .seconds(30))
        #expect(backoff.ceiling(afterFailures: 0) == .milliseconds(500))
    }

    @Test(
        "a pause lies within the share of the ceiling that its jitter allows",
        arguments: [
            (Backoff.Jitter.full, 0.0), (.half, 0.5), (.none, 1.0),
        ])
    func jitter(jitter: Backoff.Jitter, lowest: Double) {
        let backoff = Backoff(base: .seconds(1), cap: .seconds(8), jitter: jitter)
        for failures in 1...6 {
            let ceiling = backoff.ceiling(afterFailures: failures)
            #expect(backoff.pause(afterFailures: failures, random: 0) == ceiling * lowest)
            #expect(backoff.pause(afterFailures: failures, random: 1) == ceiling)
            #expect((ceiling * lowest...ceiling).contains(backoff.pause(afterFailures: failures)))
        }
    }

    @Test("a cap below the base is the base")
    func cap() {
        #expect(Backoff(base: .seconds(5), cap: .seconds(1), jitter: .none).pause(afterFailures: 9) == .seconds(5))
    }
}

import Testing

@testable import LegacySimulator

@Suite("Faults")
struct FaultSequenceTests {
    private func outcomes(_ profile: FaultProfile, seed: UInt64 = 1, count: Int = 20_000) -> [FaultSequence.Outcome] {
        var sequence = FaultSequence(profile, seed: seed, users: 1000)
        return (0..<count).map { _ in sequence.next() }
    }

    @Test("one request in five gets a 500 and one in five of the rest a 429, the same ones each run")
    func rates() {
        let profile = FaultProfile(retryAfterSeconds: 3)
        let first = outcomes(profile)
        #expect(first == outcomes(profile))
        #expect(first != outcomes(profile, seed: 2))
        let errors = first.count { $0 == .internalError }
        let throttled = first.count { $0 == .tooManyRequests(retryAfterSeconds: 3) }
        #expect(abs(Double(errors) / 20_000 - 0.2) < 0.01)
        #expect(abs(Double(throttled) / Double(20_000 - errors) - 0.2) < 0.01)
    }

    @Test("cuts and stalls count streams, not requests")
    func streams() {
        let profile = FaultProfile(cutFirst: 2, cutAt: 0.25, stall: .seconds(1), stallAt: 0.75, stallFirst: 3)
        let plans = outcomes(profile, count: 50).compactMap { outcome -> StreamPlan? in
            if case .stream(let plan) = outcome { plan } else { nil }
        }
        #expect(plans.map(\.number) == Array(1...plans.count))
        #expect(plans.map { $0.cutAfterUsers } == [250, 250] + [Int?](repeating: nil, count: plans.count - 2))
        #expect(plans.prefix(3).allSatisfy { $0.stall == .init(afterUsers: 750, duration: .seconds(1)) })
        #expect(plans.dropFirst(3).allSatisfy { $0.stall == nil })
    }

    @Test("a cut rate of 1 cuts every stream")
    func alwaysCut() {
        let profile = FaultProfile(internalErrorRate: 0, throttlingRate: 0, cutRate: 1)
        for outcome in outcomes(profile, count: 100) {
            guard case .stream(let plan) = outcome else {
                Issue.record("without error rates every request gets a stream")
                continue
            }
            #expect(plan.cutAfterUsers == 500)
        }
    }
}

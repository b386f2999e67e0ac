import SyncCore
import Testing

@Suite("The verdict on a complete stream")
struct SyncVerdictTests {
    private func verdict(
        missing: Int?, of live: Int? = 100, damaged: Int = 0, action: MissingUsersPolicy.Action = .softDelete,
        refusal: String? = nil
    ) -> SyncVerdict {
        SyncVerdict(
            missing: missing, live: live, damagedRecords: damaged,
            policy: MissingUsersPolicy(action: action, maximumPercent: 5), refusal: refusal)
    }

    @Test("keep counts, remembers nobody, and completes")
    func keep() {
        let verdict = verdict(missing: 90, damaged: 3, action: .keep)
        #expect(verdict.remembered == .nobody && verdict.outcome(toMark: 90) == .complete)
    }

    @Test("those who were missed once are remembered, those who were missed twice are marked")
    func softDelete() {
        let verdict = verdict(missing: 5)
        #expect(verdict.remembered == .missing)
        #expect(verdict.outcome(toMark: 0) == .complete)
        #expect(verdict.outcome(toMark: 3) == .mark(users: 3))
    }

    @Test("damage marks nobody and counts nobody as missed")
    func damage() {
        let verdict = verdict(missing: 5, damaged: 1)
        #expect(verdict.remembered == .stillMissing)
        #expect(verdict.outcome(toMark: 5) == .complete)
    }

    @Test("more than the limit refuses, with or without damage, and remembers nobody", arguments: [0, 1])
    func tooMany(damaged: Int) {
        let verdict = verdict(missing: 6, damaged: damaged)
        #expect(verdict.remembered == .nobody)
        guard case .refuse(let reason) = verdict.outcome(toMark: 0) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("6 of 100 live users are missing"))
    }

    @Test("another guard refuses whatever is missing")
    func otherGuard() {
        for missing in [0, 5, 6, nil] {
            let verdict = verdict(missing: missing, refusal: "too few records")
            #expect(verdict.remembered == .nobody)
            #expect(verdict.outcome(toMark: 2) == .refuse(reason: "too few records"))
        }
    }
}

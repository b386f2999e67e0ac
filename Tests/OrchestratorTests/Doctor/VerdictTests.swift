import SyncCore
import SyncStorage
import Testing

@testable import Orchestrator

@Suite("The verdict over all findings")
struct VerdictTests {
    private func finding(_ subject: Finding.Subject, _ outcome: Finding.Outcome) -> Finding {
        let (summary, advice) = ("\(subject) is \(outcome)", "mend \(subject)")
        return switch outcome {
        case .ok: .ok(subject, summary)
        case .warning: .warning(subject, summary, advice: advice)
        case .problem: .problem(subject, summary, advice: advice)
        case .skipped: .skipped(subject, summary)
        }
    }

    /// All subjects fine, but for these.
    private func findings(_ others: [Finding.Subject: Finding.Outcome] = [:]) -> [Finding] {
        Finding.Subject.allCases.map { finding($0, others[$0] ?? .ok) }
    }

    @Test("each subject alone decides the verdict, its cause and the next step", arguments: Finding.Subject.allCases)
    func matrix(subject: Finding.Subject) {
        for outcome in Finding.Outcome.allCases {
            let verdict = Verdict(findings([subject: outcome]), newest: .completed(7))
            switch outcome {
            case .problem: #expect(verdict.state == .problem)
            case .warning: #expect(verdict.state == (Verdict.urgent.contains(subject) ? .attention : .ok))
            case .ok, .skipped: #expect(verdict.state == .ok)
            }
            #expect((verdict.lead?.subject == subject) == (verdict.state != .ok))
            #expect(verdict.nextStep == (verdict.state == .ok ? nil : "mend \(subject)"))
            #expect((verdict.headline == "All is well") == (verdict.state == .ok))
        }
    }

    @Test("of two, a problem comes before a warning, and of two problems the cause before its consequence")
    func pairs() {
        for (index, first) in Finding.Subject.allCases.enumerated() {
            for second in Finding.Subject.allCases.dropFirst(index + 1) {
                let both = Verdict(findings([first: .problem, second: .problem]), newest: nil)
                #expect(both.lead?.subject == first)
                for (problem, warning) in [(first, second), (second, first)] {
                    let mixed = Verdict(findings([problem: .problem, warning: .warning]), newest: nil)
                    #expect(mixed.lead?.subject == problem && mixed.state == .problem)
                }
            }
        }
        for (index, first) in Verdict.urgent.enumerated() {
            for second in Verdict.urgent.dropFirst(index + 1) {
                let verdict = Verdict(findings([first: .warning, second: .warning]), newest: .completed(1))
                #expect(verdict.lead?.subject == first)
            }
        }
    }

    @Test("the headline names the newest sync where it is what matters")
    func headlines() {
        func headline(_ outcome: Finding.Outcome, _ newest: Verdict.Newest?) -> String {
            Verdict(findings([.sync: outcome]), newest: newest).headline
        }
        #expect(headline(.ok, .underWay(8)) == "All is well: sync 8 is running")
        #expect(headline(.warning, .failed(8)) == "Sync 8 failed")
        #expect(headline(.warning, .underWay(8)) == "Sync 8 stands still")
        #expect(headline(.warning, .completed(8)) == "No sync has completed for too long")
        let first = Verdict(findings(), newest: nil)
        #expect(first.headline == "Ready for the first sync" && first.nextStep == "start the first sync")
    }

    @Test("a sync may be as old as two starts and a long sync, or twelve hours where nothing is known of a schedule")
    func age() throws {
        let hour: Int64 = 3_600_000_000
        let last = SyncLogEntry(
            id: 7, status: .completed, startedAt: 0, finishedAt: 0, durationMilliseconds: nil, totalProcessed: 0,
            errorMessage: nil, counters: SyncCounters())
        func outcome(after hours: Int64, every interval: Duration?) throws -> Finding.Outcome {
            let facts = SyncFacts(
                newest: last, lastCompleted: last, longestSync: .seconds(3600), workerConnections: 1)
            return try #require(
                SyncCheck.findings(facts, now: hours * hour, interval: interval).first { $0.subject == .sync }
            ).outcome
        }
        #expect(try outcome(after: 11, every: nil) == .ok)
        #expect(try outcome(after: 13, every: nil) == .warning)
        #expect(try outcome(after: 48, every: .seconds(24 * 3600)) == .ok)
        #expect(try outcome(after: 50, every: .seconds(24 * 3600)) == .warning)
        #expect(try outcome(after: 4, every: .seconds(3600)) == .warning)
    }

    @Test("workers in Lambda hold no connection while there is nothing to do")
    func lambda() {
        let facts = SyncFacts(workerConnections: 0)
        #expect(SyncCheck.findings(facts, now: 0, usesLambda: true).first?.outcome == .ok)
        #expect(SyncCheck.findings(facts, now: 0, usesLambda: false).first?.outcome == .warning)
    }

    @Test("a schedule whose last start failed is told with its cause; without one, nothing is complained about")
    func schedule() {
        #expect(ScheduleCheck.finding(interval: nil).outcome == .skipped)
        #expect(ScheduleCheck.finding(interval: .seconds(60)).outcome == .ok)
        let state = ScheduleState(interval: .seconds(60))
        #expect(ScheduleCheck.finding(state.reading, interval: state.interval).outcome == .ok)
        state.started(failure: "the database is away")
        let failed = ScheduleCheck.finding(state.reading, interval: state.interval)
        #expect(failed.outcome == .warning && failed.summary.contains("the database is away"))
        state.started(failure: nil)
        #expect(ScheduleCheck.finding(state.reading, interval: state.interval).outcome == .ok)
    }
}

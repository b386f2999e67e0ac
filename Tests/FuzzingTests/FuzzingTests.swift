import Fuzzing
import Testing

/// A short run of what `scripts/fuzz` does at length; a failure names its seed.
@Suite("Fuzzing")
struct FuzzingTests {
    @Test("a thousand cases of each kind of input are read soundly", arguments: FuzzSubjects.all.map { $0.name })
    func shortRun(name: String) async throws {
        let subject = try #require(FuzzSubjects.all.first { $0.name == name })
        let report = await FuzzRun(subject: subject, firstSeed: 1, cases: 1_000, jobs: 1).run()
        #expect(report.isSound, "\(report.line)\n\(report.problems.joined(separator: "\n"))")
        #expect(report.cases == 1_000)
    }

    private struct Broken: FuzzSubject {
        static let name = "broken"
        static let leastPercent = (accepted: 0, refused: 0)

        func run(seed: UInt64) async -> FuzzOutcome {
            var outcome = FuzzOutcome(bytes: 1)
            if seed == 77 { outcome.problem = "wrong" }
            return outcome
        }
    }

    @Test("a case that goes wrong is found and named by its seed")
    func failure() async {
        let report = await FuzzRun(subject: Broken.self, firstSeed: 50, cases: 100, jobs: 2).run()
        #expect(!report.isSound)
        #expect(report.problems == ["broken, seed 77: wrong"])
        #expect(report.cases == 100)
    }

    private struct OneSided: FuzzSubject {
        static let name = "one-sided"
        static let leastPercent = (accepted: 1, refused: 1)

        func run(seed: UInt64) async -> FuzzOutcome {
            var outcome = FuzzOutcome(bytes: 1)
            outcome.refused = 1
            return outcome
        }
    }

    @Test("a generator that makes nothing but noise does not pass")
    func oneSided() async {
        #expect(await !FuzzRun(subject: OneSided.self, firstSeed: 1, cases: 1_000).run().isSound)
    }

    @Test("a case follows from its seed alone", arguments: FuzzSubjects.all.map { $0.name })
    func repeatable(name: String) async throws {
        let subject = try #require(FuzzSubjects.all.first { $0.name == name })
        let runs = [
            await FuzzRun(subject: subject, firstSeed: 4_000, cases: 50, jobs: 1).run(),
            await FuzzRun(subject: subject, firstSeed: 4_000, cases: 50, jobs: 2).run(),
        ]
        #expect(runs[0].bytes == runs[1].bytes)
        #expect(runs[0].accepted == runs[1].accepted)
        #expect(runs[0].refused == runs[1].refused)
    }
}

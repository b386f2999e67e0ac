import ArgumentParser
import Fuzzing
import Glibc

/// `Fuzzer`: feeds made-up and damaged input to everything that reads bytes from outside.
@main
struct FuzzCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Feeds made-up and damaged input to everything that reads bytes from outside.",
        discussion: """
            Each case follows from its seed alone: --seed N --cases 1 repeats case N. A crash prints the seeds that were under way.
            """)

    @Option(help: "Cases of each target.") var cases: UInt64 = 100_000
    @Option(help: "The first case's seed.") var seed: UInt64 = 1
    @Option(help: "Cases under way at once; 0: as many as there are cores.") var jobs = 0
    @Option(help: "Megabytes that the whole run may need at its peak.") var memoryLimit = 512
    @Option(
        help:
            "What to feed, again and again: \(FuzzSubjects.all.map { $0.name }.joined(separator: ", ")). All of them otherwise."
    )
    var target: [String] = []

    func validate() throws {
        guard cases > 0, UInt64.max - cases >= seed, (0...1_024).contains(jobs) else {
            throw ValidationError("cases, seed or jobs are out of range")
        }
        for name in target where !FuzzSubjects.all.contains(where: { $0.name == name }) {
            throw ValidationError("no target '\(name)'")
        }
    }

    func run() async throws {
        var isSound = true
        for subject in FuzzSubjects.all where target.isEmpty || target.contains(subject.name) {
            let run = FuzzRun(subject: subject, firstSeed: seed, cases: cases, jobs: jobs, reportsCrashes: true)
            let report = await run.run()
            print(report.line)
            for problem in report.problems { print(problem) }
            isSound = isSound && report.isSound
        }
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { throw ExitCode.failure }
        // Linux counts in KiB.
        let peak = usage.ru_maxrss / 1_024
        print("peak memory: \(peak) MB\(peak > memoryLimit ? ", MORE THAN \(memoryLimit)" : "")")
        guard isSound, peak <= memoryLimit else { throw ExitCode.failure }
    }
}

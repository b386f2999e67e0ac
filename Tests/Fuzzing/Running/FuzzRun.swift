import Foundation

/// All cases of one target, shared out to the cores.
package struct FuzzRun {
    private let subject: any FuzzSubject.Type
    private let firstSeed: UInt64
    private let cases: UInt64
    private let jobs: Int
    private let reportsCrashes: Bool

    /// - Parameters:
    ///   - jobs: cases under way at once; 0: as many as there are cores.
    ///   - reportsCrashes: whether a crash of this process says which cases were under way. One run of a process at a time may.
    package init(
        subject: any FuzzSubject.Type, firstSeed: UInt64, cases: UInt64, jobs: Int = 0, reportsCrashes: Bool = false
    ) {
        self.subject = subject
        self.firstSeed = firstSeed
        self.cases = cases
        self.jobs = jobs
        self.reportsCrashes = reportsCrashes
    }

    package func run() async -> FuzzReport {
        let workers = jobs > 0 ? jobs : ProcessInfo.processInfo.activeProcessorCount
        let crash = reportsCrashes ? CrashReport(workers: workers) : nil
        let start = ContinuousClock.now
        var report = FuzzReport(subject: subject)
        await withTaskGroup(of: FuzzReport.self) { group in
            for worker in 0..<workers {
                group.addTask { await part(worker, of: workers, crash: crash) }
            }
            for await part in group { report.add(part) }
        }
        report.elapsed = .now - start
        crash?.end()
        return report
    }

    private func part(_ worker: Int, of workers: Int, crash: CrashReport?) async -> FuzzReport {
        var report = FuzzReport(subject: subject)
        let subject = subject.init()
        for seed in stride(from: firstSeed + UInt64(worker), to: firstSeed + cases, by: workers) {
            crash?.begin(seed: seed, worker: worker)
            let start = ContinuousClock.now
            let outcome = await subject.run(seed: seed)
            report.add(outcome, seed: seed, elapsed: .now - start)
        }
        return report
    }
}

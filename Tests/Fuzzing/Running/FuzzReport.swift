/// What came of many cases.
package struct FuzzReport: Sendable {
    package let subject: any FuzzSubject.Type
    package private(set) var cases: UInt64 = 0
    package private(set) var bytes = 0
    package private(set) var accepted = 0
    package private(set) var refused = 0
    /// Cases with anything accepted, and cases with anything refused.
    package private(set) var casesAccepting: UInt64 = 0
    package private(set) var casesRefusing: UInt64 = 0
    package private(set) var failures: UInt64 = 0
    /// The first few, each with its seed.
    package private(set) var problems: [String] = []
    package private(set) var slowest = (seed: UInt64(0), elapsed: Duration.zero)
    package internal(set) var elapsed = Duration.zero

    private static let shownProblems = 5

    init(subject: any FuzzSubject.Type) {
        self.subject = subject
    }

    mutating func add(_ outcome: FuzzOutcome, seed: UInt64, elapsed: Duration) {
        cases += 1
        bytes += outcome.bytes
        accepted += outcome.accepted
        refused += outcome.refused
        casesAccepting += outcome.accepted > 0 ? 1 : 0
        casesRefusing += outcome.refused > 0 ? 1 : 0
        if elapsed > slowest.elapsed { slowest = (seed, elapsed) }
        guard let problem = outcome.problem else { return }
        failures += 1
        if problems.count < Self.shownProblems { problems.append("\(subject.name), seed \(seed): \(problem)") }
    }

    mutating func add(_ part: FuzzReport) {
        cases += part.cases
        bytes += part.bytes
        accepted += part.accepted
        refused += part.refused
        casesAccepting += part.casesAccepting
        casesRefusing += part.casesRefusing
        failures += part.failures
        problems = Array((problems + part.problems).prefix(Self.shownProblems))
        if part.slowest.elapsed > slowest.elapsed { slowest = part.slowest }
    }

    /// Whether nothing is wrong, and the cases were worth it.
    package var isSound: Bool {
        failures == 0 && hasEnoughOfBoth
    }

    /// A handful of cases says nothing about the generator.
    private var hasEnoughOfBoth: Bool {
        let least = subject.leastPercent
        return cases < 1_000
            || (casesAccepting * 100 >= cases * UInt64(least.accepted)
                && casesRefusing * 100 >= cases * UInt64(least.refused))
    }

    /// The whole in one line, for people.
    package var line: String {
        let seconds = elapsed / .seconds(1)
        let verdict =
            failures > 0
            ? "\(failures) FAILED"
            : hasEnoughOfBoth ? "no failure" : "TOO ONE-SIDED: \(casesAccepting) cases accept, \(casesRefusing) refuse"
        let rate = Double(cases) / max(seconds, 0.001)
        return "\(subject.name): \(cases) cases (\(bytes / 1_000_000) MB; \(accepted) accepted, \(refused) refused) "
            + "in \(Int(seconds.rounded())) s, \(Int(rate)) a second, slowest \(Int(slowest.elapsed / .milliseconds(1))) ms "
            + "(seed \(slowest.seed)): \(verdict)"
    }
}

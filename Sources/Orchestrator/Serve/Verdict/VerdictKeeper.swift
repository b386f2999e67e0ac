import SyncCore

/// What was found last, looked at anew when it is too old: one look at a time, shared by all who ask meanwhile.
actor VerdictKeeper {
    /// What was found, and when.
    struct Kept: Sendable {
        var outcome: ServiceExamination.Outcome
        /// Microseconds since 1970.
        var examinedAt: Int64
        /// When the source was opened; nil when it has not been yet.
        var sourceExaminedAt: Int64?
    }

    /// Looks at these parts; see ``ServiceExamination/take(_:http:)``.
    typealias Examine = @Sendable (Set<ServiceExamination.Part>) async throws -> ServiceExamination.Outcome

    private let examine: Examine
    private let elapsed: @Sendable () -> Duration
    private let now: @Sendable () -> Int64
    private var pace = ExaminationPace()
    private var kept: Kept?
    private var source: (finding: Finding, at: Int64)?
    private var underWay: Task<Kept, any Error>?

    /// - Parameters:
    ///   - elapsed: time since some moment, by a clock that only goes forward.
    ///   - now: microseconds since 1970.
    init(
        elapsed: @escaping @Sendable () -> Duration, now: @escaping @Sendable () -> Int64, examine: @escaping Examine
    ) {
        self.examine = examine
        self.elapsed = elapsed
        self.now = now
    }

    /// - Parameter mark: the newest sync; nil when there is none or it cannot be read.
    func findings(_ mark: ExaminationPace.Mark?) async throws -> Kept {
        if let underWay { return try await underWay.value }
        if let kept, pace.isFresh(at: elapsed(), mark) { return kept }
        // In a task of its own: a caller that goes away ends nothing that others wait for. The parts have deadlines.
        let look = Task { try await self.look(mark) }
        underWay = look
        defer { underWay = nil }
        return try await look.value
    }

    private func look(_ mark: ExaminationPace.Mark?) async throws -> Kept {
        let opensSource = pace.mayOpenSource(at: elapsed(), mark)
        // Who this host is at AWS does not change by itself, and is for `doctor` to say.
        var outcome = try await examine(opensSource ? [.database, .queue, .source] : [.database, .queue])
        let time = now()
        pace.examined(at: elapsed(), mark, openedSource: opensSource)
        if opensSource, let finding = outcome.findings.first(where: { $0.subject == .legacyAPI }) {
            source = (finding, time)
        } else if mark?.status.isFinal == false {
            outcome.findings.append(.skipped(.legacyAPI, "not opened while a sync reads it"))
        } else if let source {
            outcome.findings.append(source.finding)
        }
        let result = Kept(outcome: outcome, examinedAt: time, sourceExaminedAt: source?.at)
        kept = result
        return result
    }
}

import SyncCore
import SyncStorage

/// What `GET /verdict` says.
struct VerdictDocument: Encodable {
    let verdict: Verdict
    let findings: [Finding]
    let lastCompleted: SyncLogEntry?
    /// Microseconds since 1970, as the others.
    let checkedAt: Int64
    let sourceCheckedAt: Int64?
    let nextSyncAt: Int64?

    /// - Parameter schedule: the schedule of this process; nil when it has none.
    init(_ kept: VerdictKeeper.Kept, schedule: ScheduleState?) {
        let reading = schedule?.reading
        var findings = kept.outcome.findings
        if let schedule, let reading {
            findings.append(ScheduleCheck.finding(reading, interval: schedule.interval))
        } else {
            findings.append(ScheduleCheck.finding(interval: nil))
        }
        // In the order in which they are best read and mended.
        self.findings = Finding.Subject.allCases.flatMap { subject in findings.filter { $0.subject == subject } }
        verdict = Verdict(findings, newest: kept.outcome.syncs?.newest.map(Verdict.Newest.init))
        lastCompleted = kept.outcome.syncs?.lastCompleted
        checkedAt = kept.examinedAt
        sourceCheckedAt = kept.sourceExaminedAt
        nextSyncAt = reading?.nextStart
    }

    private enum CodingKeys: String, CodingKey {
        case state, headline, cause, findings
        case nextStep = "next_step"
        case lastCompleted = "last_completed"
        case checkedAt = "checked_at"
        case sourceCheckedAt = "source_checked_at"
        case nextSyncAt = "next_sync_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(verdict.state.rawValue, forKey: .state)
        try container.encode(verdict.headline, forKey: .headline)
        try container.encode(verdict.lead?.summary, forKey: .cause)
        try container.encode(verdict.nextStep, forKey: .nextStep)
        try container.encode(nextSyncAt.map(SyncLogReport.timestamp), forKey: .nextSyncAt)
        try container.encode(lastCompleted.map(SyncLogDocument.init), forKey: .lastCompleted)
        try container.encode(SyncLogReport.timestamp(checkedAt), forKey: .checkedAt)
        try container.encode(sourceCheckedAt.map(SyncLogReport.timestamp), forKey: .sourceCheckedAt)
        try container.encode(findings, forKey: .findings)
    }
}

extension Verdict.Newest {
    init(_ entry: SyncLogEntry) {
        switch entry.status {
        case .completed: self = .completed(entry.id)
        case .failed: self = .failed(entry.id)
        case .pending, .running, .processing: self = .underWay(entry.id)
        }
    }
}

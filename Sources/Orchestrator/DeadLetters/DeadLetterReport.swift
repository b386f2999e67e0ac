import SQS
import SyncCore
import SyncPipeline
import SyncStorage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A dead letter with what is on record about it, as people and programs read it.
struct DeadLetterReport: Encodable, Sendable, Equatable {
    /// What the body is: `batch`, `other_version` or `unreadable`.
    let content: String
    let messageID: String
    let syncID: Int64?
    let batch: Int64?
    let lane: Int?
    /// Users in it; nil when it cannot be read.
    let users: Int?
    let receiveCount: Int
    /// Since it was first sent.
    let ageSeconds: Int?
    /// Why it was not applied, by the workers' record or, for an unreadable one, by its body.
    let cause: String?
    /// Whether `redrive` sends it again.
    let isReplayable: Bool

    private enum CodingKeys: String, CodingKey {
        case content, batch, lane, users, cause
        case messageID = "message_id"
        case syncID = "sync_id"
        case receiveCount = "receive_count"
        case ageSeconds = "age_seconds"
        case isReplayable = "replayable"
    }

    /// - Parameter failures: what is on record, for the letter's sync at least.
    init(_ letter: DeadLetter, failures: [FailedBatch], now: Date) {
        let failure = failures.first {
            $0.syncID == letter.identity?.syncID && $0.batchNumber == letter.identity?.number
        }
        messageID = letter.message.messageID
        syncID = letter.identity?.syncID
        batch = letter.identity?.number
        lane = letter.identity?.lane
        receiveCount = failure?.receiveCount ?? letter.message.receiveCount
        ageSeconds = letter.message.sentTimestamp.map { max(0, Int(now.timeIntervalSince1970) - Int($0 / 1000)) }
        isReplayable = letter.isReplayable
        switch letter.content {
        case .batch(let users): (content, self.users, cause) = ("batch", users, failure?.cause)
        case .otherVersion(let reason): (content, users, cause) = ("other_version", nil, failure?.cause ?? reason)
        case .unreadable(let reason): (content, users, cause) = ("unreadable", nil, failure?.cause ?? reason)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(content, forKey: .content)
        try container.encode(messageID, forKey: .messageID)
        // null rather than absent: readers find every field in every letter.
        try container.encode(syncID, forKey: .syncID)
        try container.encode(batch, forKey: .batch)
        try container.encode(lane, forKey: .lane)
        try container.encode(users, forKey: .users)
        try container.encode(receiveCount, forKey: .receiveCount)
        try container.encode(ageSeconds, forKey: .ageSeconds)
        try container.encode(cause, forKey: .cause)
        try container.encode(isReplayable, forKey: .isReplayable)
    }

    static func text(_ reports: [DeadLetterReport], total: Int) -> String {
        guard !reports.isEmpty else {
            return total == 0
                ? "the dead-letter queue is empty"
                : "the dead-letter queue holds about \(total) messages, all received by another reader at the moment: try again in a minute"
        }
        let lines = reports.map { report in
            let name =
                report.syncID.map { "sync \($0) batch \(report.batch ?? 0) lane \(report.lane ?? 0)" }
                ?? "not a batch of this service (message \(report.messageID))"
            let users = report.users.map { "  \($0) users" } ?? ""
            let age = report.ageSeconds.map { "  \($0) s old" } ?? ""
            let replay = report.isReplayable ? "" : "  [stays: cannot be replayed]"
            return "\(name)\(users)  received \(report.receiveCount) times\(age)\(replay)\n    "
                + (report.cause.map { PrintableText.line($0) } ?? "no cause on record")
        }
        let rest = total > reports.count ? ["about \(total - reports.count) more; see --limit"] : []
        return (lines + rest).joined(separator: "\n")
    }
}

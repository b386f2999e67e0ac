/// What a complete stream said about its sync, before the batches are applied. It is stored then, so that every later way to COMPLETED
/// meets it: the sync's own end, and a redrive after a failure.
package struct SyncVerdict: Sendable, Equatable {
    /// What stands between the sync and COMPLETED once all its batches are applied.
    package enum Outcome: Sendable, Equatable {
        /// Nothing.
        case complete
        /// Users are to be marked as deleted first, by the sync itself. If it fails before, the next sync marks them.
        case mark(users: Int)
        /// It ends FAILED, all the same: why, and what to do.
        case refuse(reason: String)
    }

    /// Which missing users are remembered for the next complete stream.
    package enum Remembered: Sendable, Equatable {
        case nobody
        /// All that this stream did not name.
        case missing
        /// Those that were remembered already and are not named by this stream either.
        case stillMissing
    }

    /// Live users that the stream did not name; nil when that is not known.
    package let missing: Int?
    /// Users of the table that were not marked as deleted; nil when that is not known.
    package let live: Int?
    /// Pieces of the stream that may have been users.
    package let damagedRecords: Int
    package let policy: MissingUsersPolicy
    /// Why the sync must end FAILED, and what to do; nil when it need not. The guards of the stream add theirs.
    package var refusal: String?
    /// What is to become of missing users, if nothing else is refused.
    package let decision: MissingUsersPolicy.Decision

    /// - Parameter refusal: why missing users cannot be known, where the policy needs to know them.
    package init(missing: Int?, live: Int?, damagedRecords: Int, policy: MissingUsersPolicy, refusal: String? = nil) {
        self.missing = missing
        self.live = live
        self.damagedRecords = damagedRecords
        self.policy = policy
        if let missing, let live {
            decision = policy.decide(missing: missing, live: live, damagedRecords: damagedRecords)
        } else {
            decision = .keep
        }
        self.refusal = refusal
        if decision == .refuse, refusal == nil {
            self.refusal =
                "\(missing ?? 0) of \(live ?? 0) live users are missing from the source, more than SYNC_MISSING_MAX_PERCENT="
                + "\(policy.maximumPercent) allows: none of them was marked as deleted, and every user that came is applied; "
                + "check the source, and if they are to go, run two syncs with a higher limit"
        }
    }

    package var remembered: Remembered {
        guard refusal == nil else { return .nobody }
        return switch decision {
        case .keep, .refuse: .nobody
        case .softDelete: .missing
        case .postpone: .stillMissing
        }
    }

    /// - Parameter toMark: of the missing, those whom the complete stream before did not name either.
    package func outcome(toMark: Int) -> Outcome {
        if let refusal { return .refuse(reason: refusal) }
        return decision == .softDelete && toMark > 0 ? .mark(users: toMark) : .complete
    }
}

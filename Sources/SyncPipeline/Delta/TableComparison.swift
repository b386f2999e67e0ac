import Logging
import SyncCore
import SyncStorage

/// What a sync knows of the users table: what it held when the stream was opened, and which of it the stream named.
///
/// Belongs to the task that reads the stream.
final class TableComparison {
    private let table: any ComparedTable
    private let syncID: Int64
    private let place: IndexFolder
    private let logger: Logger
    private var moment: UserTableSnapshot.Moment?
    /// Nil before ``load(_:)``, and when there is no place for what the table holds.
    private(set) var filter: DeltaFilter?
    private var isLoaded = false
    private var noPlace: IndexPlaceError?

    /// - Parameter place: where what the table holds is remembered. Without room there, nothing is compared and every user is sent.
    init(table: any ComparedTable, syncID: Int64, place: IndexFolder, logger: Logger) {
        self.table = table
        self.syncID = syncID
        self.place = place
        self.logger = logger
    }

    /// Reads the table the first time it is called, and makes the filter ready for another reading of the stream.
    ///
    /// To be called when no older sync writes any more (`SyncSession.overtake`), and before the stream is read.
    func beginAttempt(_ mode: SyncMode) async throws {
        if !isLoaded { try await load(mode) }
        filter?.beginAttempt(mode)
    }

    private func load(_ mode: SyncMode) async throws {
        let start = ContinuousClock.now
        let hasher = UserHasher()
        do {
            let snapshot = try await table.snapshot(hasher, in: place)
            moment = snapshot.moment
            filter = DeltaFilter(hasher: hasher, index: snapshot.takeIndex(), mode: mode)
        } catch let error as IndexPlaceError {
            logger.warning(
                "nothing is compared, so every user is sent and who is missing stays unknown",
                metadata: ["reason": .stringConvertible(error)])
            noPlace = error
        }
        isLoaded = true
        guard let users = moment?.rows else { return }
        logger.info(
            "table read",
            metadata: [
                "users": .stringConvertible(users), "mode": .string(mode.rawValue),
                "milliseconds": .stringConvertible(Int((ContinuousClock.now - start) / .milliseconds(1))),
            ])
    }

    /// Whether everything that was skipped in the latest attempt is still in the table, whatever other programs write there.
    func isProven() async throws -> Bool {
        guard let filter, let moment, filter.needsProof else { return true }
        if try await table.isUntouched(since: moment, butBy: syncID) { return true }
        let proof = try await table.prove(filter)
        guard proof.touched > 0 else { return true }
        logger.warning(
            "someone else has changed or removed rows of this table since it was read",
            metadata: ["rows": .stringConvertible(proof.touched)])
        return false
    }

    /// What the complete stream says about the sync.
    /// - Parameter damagedRecords: pieces of the stream that may have been users.
    func verdict(_ policy: MissingUsersPolicy, damagedRecords: Int) -> SyncVerdict {
        let needsToKnow = policy.action == .softDelete
        return SyncVerdict(
            missing: filter?.missingUsers, live: filter?.liveUsers, damagedRecords: damagedRecords, policy: policy,
            refusal: needsToKnow ? noPlace.map(Self.unknownMissing) : nil)
    }

    private static func unknownMissing(_ noPlace: IndexPlaceError) -> String {
        "SYNC_MISSING_USERS=soft-delete needs to know the whole table, and there is \(noPlace), or set "
            + "SYNC_MISSING_USERS=keep; every user that came is applied"
    }

    /// Stores the verdict, and remembers who was missed, before the batches are applied.
    func store(_ verdict: SyncVerdict, counters: SyncCounters) async throws -> SyncVerdict.Outcome {
        let outcome = try await table.store(verdict, filter, counters: counters, syncID: syncID)
        guard let missing = verdict.missing, missing > 0, verdict.policy.action == .softDelete else { return outcome }
        switch verdict.decision {
        case .postpone:
            logger.warning(
                "missing users are kept this time: the stream was damaged, and may have named them there",
                metadata: [
                    "missing": .stringConvertible(missing),
                    "damaged_records": .stringConvertible(verdict.damagedRecords),
                ])
        case .softDelete:
            let toMark = if case .mark(let users) = outcome { users } else { 0 }
            logger.info(
                "users are missing; those who were missing last time too are marked as deleted",
                metadata: ["missing": .stringConvertible(missing), "to_mark": .stringConvertible(toMark)])
        case .keep, .refuse: break
        }
        return outcome
    }

    /// Does what the verdict asks for, once all batches are applied.
    /// - Throws: ``SyncFailure`` when it refuses.
    func carryOut(_ outcome: SyncVerdict.Outcome) async throws {
        switch outcome {
        case .complete: break
        case .refuse(let reason): throw SyncFailure(reason)
        case .mark(let users):
            guard let filter else { return }
            try await table.markMissedAgain(filter, syncID: syncID)
            logger.info("missing users are marked as deleted", metadata: ["users": .stringConvertible(users)])
        }
    }
}

/// Decides for each user of the stream whether it must be sent, knowing what the table held when the sync began.
///
/// The rule of the upsert is that the newest `createdAt` wins, on a tie the later record. So a record is needless when the
/// row is newer, or equal in everything. What is skipped relies on the row: the row must still be as it was when the
/// index was loaded, which is looked at when the stream has been read (``needsProof``).
///
/// - **Once sent, always sent.** From the first record of a name that is sent, the row is no longer the known one, in this
///   attempt of the stream and in all later ones; later records of the name follow it through the same lane.
/// - **Ties wait.** A record with the row's `createdAt` and other content is held back to the end of the stream, since a
///   later record may say again what the row says. So two records that contradict each other are not written in turn by
///   every sync. Beyond a bound on their bytes they are sent at once.
/// - **Doubt means send.** Names that cannot be told apart, names that are not in the index, and times beyond those that it
///   keeps exactly are sent.
/// - **New is said once.** A name that is not in the index and was not sent before is sent as new, so that its row is not
///   looked up. That is a hint: it may be missing, and the table's unique index finds a wrong one.
package final class DeltaFilter {
    /// What is to be done with a record.
    package enum Verdict: Sendable, Equatable {
        case send
        /// The same, and the table held no such user, nor was one sent before.
        case sendNew
        /// The table holds it, or something newer.
        case skip
        /// Nothing now: the filter keeps a copy until ``releaseHeld(_:)``.
        case hold
    }

    /// What became of records that were not sent.
    package struct Counts: Sendable, Equatable {
        /// Records that the table made needless.
        package var skipped: Int
        /// Records that lost to a later one of the same name before they were sent.
        package var superseded: Int

        package init(skipped: Int = 0, superseded: Int = 0) {
            self.skipped = skipped
            self.superseded = superseded
        }
    }

    private let hasher: UserHasher
    private var index: UserIndex
    private var held: HeldUsers
    /// Names that are not in the index.
    private var sentNames = SentNames()
    package private(set) var mode: SyncMode
    /// Of the latest attempt.
    package private(set) var counts = Counts()
    /// By how much rows are newer than records of theirs, in microseconds.
    private var leads = MajorityVote()

    /// - Parameters:
    ///   - index: the users of the table, with digests made by `hasher`.
    ///   - mode: `.full` sends every record; the filter then only notes which users came.
    ///   - maximumHeldBytes: what the records that wait may take.
    package init(hasher: UserHasher, index: consuming UserIndex, mode: SyncMode, maximumHeldBytes: Int = 4 << 20) {
        self.hasher = hasher
        self.index = index
        self.mode = mode
        held = HeldUsers(maximumBytes: maximumHeldBytes)
    }

    // MARK: The stream

    /// The stream is opened, for the first time or again: what came before no longer counts, but for what was sent.
    package func beginAttempt(_ mode: SyncMode) {
        self.mode = mode
        counts = Counts()
        held.removeAll()
        index.removeFromAll([.seen, .reliedOn, .heldBack, .reached])
        leads = MajorityVote()
    }

    /// Takes the next record of the stream.
    package func judge(_ user: UserRecord) -> Verdict {
        let name = hasher.name(user.userName)
        guard let slot = index.find(name) else { return sentNames.insert(name) ? .sendNew : .send }
        var marks = index[marks: slot]
        marks.insert(.seen)
        // As the index keeps it: a record of the year 1, the zero time of some languages, is as old as its row.
        let (createdAt, rowCreatedAt) = (UserIndex.kept(user.createdAt), index.createdAt(at: slot))
        if createdAt >= rowCreatedAt {
            marks.insert(.reached)
        } else {
            leads.add(rowCreatedAt &- createdAt)
        }
        let verdict = mode == .full ? .send : judge(user, slot: slot, marks: &marks)
        if verdict == .send { marks.insert(.sent) }
        index[marks: slot] = marks
        if verdict == .skip { counts.skipped += 1 }
        return verdict
    }

    /// Takes the name of a user whose record came but could not be taken: the source has not lost that user.
    package func noteNamed(_ userName: UnsafeRawBufferPointer) {
        guard let slot = index.find(hasher.name(userName)) else { return }
        index[marks: slot].insert(.seen)
    }

    private func judge(_ user: UserRecord, slot: UserIndex.Slot, marks: inout UserMarks) -> Verdict {
        let createdAt = index.createdAt(at: slot)
        if marks.contains(.heldBack), user.createdAt >= createdAt { meetHeld(user, slot, &marks) }
        if !marks.isDisjoint(with: [.ambiguous, .sent]) || !UserIndex.exactTimes.contains(user.createdAt) {
            return .send
        }
        if user.createdAt > createdAt { return .send }
        if user.createdAt < createdAt || hasher.content(of: user) == index.content(at: slot) {
            marks.insert(.reliedOn)
            return .skip
        }
        guard held.hold(user, for: slot) else { return .send }
        marks.insert(.heldBack)
        return .hold
    }

    /// This record is newer than the one that waits for its slot, or as old and later: that one has lost. Unless it is
    /// of another name, which its bytes show; then the two names cannot be told apart by their digests.
    private func meetHeld(_ user: UserRecord, _ slot: UserIndex.Slot, _ marks: inout UserMarks) {
        guard held.holds(user.userName, for: slot) else {
            marks.insert(.ambiguous)
            return
        }
        held.drop(slot)
        marks.remove(.heldBack)
        counts.superseded += 1
    }

    /// Hands out the records that waited, at the end of the stream: they must be sent.
    package func releaseHeld(_ send: (UserRecord) -> Void) {
        held.release { slot, user in
            index[marks: slot].formUnion(.sent)
            index[marks: slot].remove(.heldBack)
            send(user)
        }
    }

    // MARK: The proof

    /// Whether anything was skipped, so that it must be shown that nobody touched those rows.
    package var needsProof: Bool { counts.skipped > 0 }

    /// Begins to look at the rows as they are now.
    package func beginProof() -> DeltaProof { DeltaProof(expected: index.count(with: .reliedOn)) }

    /// Takes one row into account.
    package func check(_ row: TableUser, in proof: inout DeltaProof) {
        let name = hasher.name(row.userName)
        guard let slot = index.find(name), index[marks: slot].contains(.reliedOn) else { return }
        let marks = index[marks: slot]
        if row.matches(createdAt: index.createdAt(at: slot), content: index.content(at: slot), hasher) {
            proof.confirm()
        } else if marks.contains(.sent), let createdAt = row.createdAt, createdAt >= index.createdAt(at: slot) {
            // Its own batch has changed it, and what was skipped had lost to the row before.
            proof.confirm()
        }
    }

    // MARK: Rows that are newer than their source

    /// Users whose row is newer than every record of them in the latest attempt, so that nothing of the source reaches it. Means
    /// something only after a complete stream.
    package var newerUsers: Int { index.count(with: .seen, without: [.reached, .ambiguous]) }

    /// The difference between the rows' time zone and UTC in minutes, where most of ``newerUsers`` are newer by just such a difference:
    /// the program that wrote them took local time for UTC. nil otherwise.
    package var newerByMinutes: Int? {
        guard newerUsers > 0, let lead = leads.candidate else { return nil }
        // Time zones differ from UTC by quarters of an hour, up to 14 hours.
        let minutes = Int(lead / 60_000_000)
        guard lead % (15 * 60_000_000) == 0, minutes <= 14 * 60 else { return nil }
        return minutes
    }

    // MARK: Who is missing

    /// Users of the table that are not marked as deleted.
    package var liveUsers: Int { index.count(with: [], without: .deleted) }

    /// Live users that no record of the latest attempt named, sound or not. Means something only after a complete stream.
    package var missingUsers: Int { index.count(with: [], without: [.deleted, .seen, .ambiguous]) }

    /// Whether a user of this name was in the table when the index was loaded, live, and no record of the latest attempt named it.
    package func isMissing(named userName: UnsafeRawBufferPointer) -> Bool {
        guard let slot = index.find(hasher.name(userName)) else { return false }
        return index[marks: slot].isDisjoint(with: [.deleted, .seen, .ambiguous])
    }

    /// Whether a row is that of a missing user, and as it was when the index was loaded.
    package func isMissing(_ row: TableUser) -> Bool {
        let name = hasher.name(row.userName)
        guard let slot = index.find(name), index[marks: slot].isDisjoint(with: [.deleted, .seen, .ambiguous]) else {
            return false
        }
        return row.matches(createdAt: index.createdAt(at: slot), content: index.content(at: slot), hasher)
    }
}

/// Decides what every record says, from its index alone.
///
/// A duplicate points back at a random earlier record, and that one perhaps further back, until a first record is met: no
/// memory of names is needed, and record *i* is the same however many records follow.
struct UserPlanner: Sendable {
    /// How a record that repeats a user name relates to the first record of that name.
    enum Variant: Sendable, Equatable { case first, older, newer, identicalTie, conflictingTie }

    let profile: DataProfile
    private let hash: SeededHash
    private let duplicate, conflicting, deleted, changed: Chance

    private static let rangeStart = Timestamp(year: 2012, month: 1, day: 1)
    private static let rangeMilliseconds = 14 * 365 * 86_400_000
    private static let monthMilliseconds: Int = 30 * 86_400_000
    private static let wideStart = Timestamp(year: 1000, month: 1, day: 2)
    private static let wideDays = 8_990 * 365

    init(_ profile: DataProfile) {
        self.profile = profile
        hash = SeededHash(seed: profile.seed)
        duplicate = Chance(profile.duplicateRate)
        conflicting = Chance(profile.conflictingTies)
        deleted = Chance(profile.deletedRate)
        changed = Chance(profile.changedRate)
    }

    func plan(_ record: Int) -> UserPlan {
        let identity = identity(of: record)
        let variant = variant(of: record, identity: identity)
        var createdAt = createdAt(of: identity)
        var content = record
        switch variant {
        case .first, .conflictingTie: break
        case .identicalTie: content = identity
        case .older: createdAt.microseconds -= delta(of: record)
        case .newer: createdAt.microseconds += delta(of: record)
        }
        let change = revision(of: identity)
        var isDeleted = deleted.hits(hash.bits(.content, content))
        if change.togglesDeleted { isDeleted.toggle() }
        return UserPlan(
            identity: identity, content: content, createdAt: createdAt, deleted: isDeleted, revision: change.revision,
            ownRevision: change.ownRevision, form: hash.bits(.form, record))
    }

    func identity(of record: Int) -> Int {
        var record = record
        while record > 0, duplicate.hits(hash.bits(.duplicate, record)) {
            record = SeededHash.index(hash.bits(.target, record), below: record)
        }
        return record
    }

    func variant(of record: Int, identity: Int) -> Variant {
        guard record != identity else { return .first }
        let bits = hash.bits(.variant, record)
        if conflicting.hits(bits) { return .conflictingTie }
        switch SeededHash.index(SeededHash.mix(bits), below: 3) {
        case 0: return .older
        case 1: return .newer
        default: return .identicalTie
        }
    }

    private func createdAt(of identity: Int) -> Timestamp {
        let bits = hash.bits(.creation, identity)
        var moment = Self.rangeStart
        moment.microseconds += SeededHash.index(bits, below: Self.rangeMilliseconds) * 1000
        guard profile.variedDates else { return moment }
        let more = SeededHash.mix(bits)
        if more & 31 == 0 {
            moment = Self.wideStart
            moment.microseconds +=
                SeededHash.index(more, below: Self.wideDays) * Timestamp.microsecondsPerDay
                + SeededHash.index(bits, below: Timestamp.microsecondsPerDay)
        }
        switch (more >> 5) & 3 {
        case 0: moment.microseconds = moment.microseconds / 1_000_000 * 1_000_000
        case 1: moment.microseconds += Int(truncatingIfNeeded: (more >> 8) % 1000)
        default: moment.microseconds = moment.microseconds / 1000 * 1000
        }
        return moment
    }

    /// Between a millisecond and a month, in microseconds.
    private func delta(of record: Int) -> Int {
        (1 + SeededHash.index(hash.bits(.delta, record), below: Self.monthMilliseconds)) * 1000
    }

    private func revision(of identity: Int) -> (revision: Int, ownRevision: Int, togglesDeleted: Bool) {
        guard profile.generation > 0, !changed.isZero else { return (0, 0, false) }
        let bits = hash.bits(.change, identity)
        let hasOwn = !profile.own.fields.isEmpty
        var revision = 0
        var ownRevision = 0
        var toggles = false
        for generation in 1...profile.generation {
            let change = SeededHash.mix(bits &+ UInt64(generation))
            guard changed.hits(change) else { continue }
            // Three changes in four are of the email, one is of `deleted`. With fields beyond the five, one is of those.
            switch change & 3 {
            case 0: toggles.toggle()
            case 1 where hasOwn: ownRevision = generation
            default: revision = generation
            }
        }
        return (revision, ownRevision, toggles)
    }
}

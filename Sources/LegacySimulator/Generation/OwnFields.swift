import SyncCore

/// The fields beyond the five that each record carries, and how often one of them has no value or a wrong one.
struct OwnFields: Sendable, Equatable {
    /// As `SYNC_EXTRA_FIELDS` names them.
    var fields: [UserField] = []
    /// Chance that a record leaves a field out.
    var absentRate = 0.1
    /// Chance that a field which is there holds null.
    var nullRate = 0.1
    /// Chance of a record before a valid one in which one of the fields has a value of another type.
    var mistypedRate = 0.01
}

/// What one field of a record holds.
enum OwnValue: Sendable, Equatable {
    case absent, null
    /// Bits that choose the value.
    case value(UInt64)
}

/// Decides what the fields of a record hold, from its plan alone.
struct OwnValuePlanner: Sendable {
    let fields: [UserField]
    private let hash: SeededHash
    private let absent, null: Chance

    init(_ profile: DataProfile) {
        fields = profile.own.fields
        hash = SeededHash(seed: profile.seed)
        absent = Chance(profile.own.absentRate)
        null = Chance(profile.own.nullRate)
    }

    /// - Parameter index: of the field.
    func value(_ index: Int, of plan: UserPlan) -> OwnValue {
        var bits = SeededHash.mix(hash.bits(.own, plan.content) &+ UInt64(index))
        // A change is of one field.
        if plan.ownRevision > 0, plan.ownRevision % fields.count == index {
            bits = SeededHash.mix(bits &+ UInt64(plan.ownRevision))
        }
        if absent.hits(bits) { return .absent }
        let more = SeededHash.mix(bits)
        return null.hits(more) ? .null : .value(SeededHash.mix(more))
    }
}

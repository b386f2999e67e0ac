/// One field of a user, described once: what the source calls it, where it is stored, and how it is compared.
///
/// Column lists, parameters, the COPY that a delta reads, assignments, comparisons and the API's document are derived from
/// ``all``, with the ``ExtraFields`` of the installation behind it. Written by hand for speed are only the parser (`ObjectReader`), the message's lines (`MessageEncoder`,
/// `DecodedBatch`), the row decoder and the record itself (`UserRecord`). `UserFieldTests` changes each field in turn and demands
/// that all of them notice.
package struct UserField: Sendable, Hashable {
    /// What kind of value it holds. The raw values are those of `SYNC_EXTRA_FIELDS`, of messages and of the database.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// UTF-8 without NUL.
        case text
        /// A whole number of 64 bits.
        case integer
        /// A decimal number of any size, exact. See ``CanonicalNumber``.
        case number
        case boolean
        /// Microseconds since 1970-01-01T00:00:00Z.
        case timestamp
    }

    /// What the field decides when two records of a user meet.
    package enum Role: Sendable, Hashable {
        /// Records with the same value are of the same user.
        case key
        /// Of two records, the one with the higher value wins.
        case version
        /// Between records of the same version, any difference counts.
        case content
    }

    /// The key in the source's JSON.
    package let jsonKey: String
    /// The column of `users`.
    package let column: String
    package let kind: Kind
    package let role: Role
    /// The reject of a record whose value has the wrong type or form.
    package let invalid: Reject.Reason
}

extension UserField {
    package static let userName = UserField(
        jsonKey: "userName", column: "user_name", kind: .text, role: .key, invalid: .invalidUserName)
    package static let legacyID = UserField(
        jsonKey: "id", column: "legacy_id", kind: .integer, role: .content, invalid: .invalidID)
    package static let email = UserField(
        jsonKey: "email", column: "email", kind: .text, role: .content, invalid: .invalidEmail)
    package static let createdAt = UserField(
        jsonKey: "createdAt", column: "legacy_created_at", kind: .timestamp, role: .version, invalid: .invalidCreatedAt)
    package static let deleted = UserField(
        jsonKey: "deleted", column: "deleted", kind: .boolean, role: .content, invalid: .invalidDeleted)

    /// Every field, in the order of columns and parameters.
    package static let all = [userName, legacyID, email, createdAt, deleted]
    /// Those whose difference counts between records of one version.
    package static let contents = all.filter { $0.role == .content }
    /// Those that a newer record replaces.
    package static let replaceable = all.filter { $0.role != .key }
    /// Those that hold text, in the order in which a message carries them.
    package static let texts = all.filter { $0.kind == .text }
}

/// A piece of the legacy stream that could not be taken as a user, kept so that an operator can look at it.
package struct Reject: Sendable, Equatable {
    /// Why a piece of the stream was not taken.
    ///
    /// The raw values are stored in the database and shown to operators: they never change their meaning.
    package enum Reason: String, Sendable, CaseIterable {
        /// The bytes from here on are no JSON object and no separator.
        case invalidJSON = "invalid_json"
        /// An object was still open when the stream ended.
        case truncated = "truncated"
        /// A JSON object nests deeper than the limit.
        case tooDeep = "too_deep"
        /// A JSON object, or the piece that began like one, is larger than the limit.
        case tooLarge = "too_large"
        /// A JSON object lacks one of the five fields of a user.
        case missingField = "missing_field"
        /// `id` is not an integer literal of 64 bits.
        case invalidID = "invalid_id"
        /// `userName` is not a string of 1 to 255 Unicode scalars.
        case invalidUserName = "invalid_user_name"
        /// `email` is not a string.
        case invalidEmail = "invalid_email"
        /// `createdAt` is not an RFC 3339 time of a real calendar date.
        case invalidCreatedAt = "invalid_created_at"
        /// `deleted` is not `true` or `false`.
        case invalidDeleted = "invalid_deleted"
        /// One of the ``ExtraFields`` has a value of another type; ``Reject/field`` names it.
        case invalidField = "invalid_field"
        /// A field holds text that no database text column can store: a NUL or half of a surrogate pair.
        case unstorableText = "unstorable_text"
        /// A sound user that no queue message can carry.
        case userTooLarge = "user_too_large"
    }

    /// Where the piece begins: bytes from the start of the decoded body, counted from 0.
    package let offset: Int64
    /// Why the piece was not taken.
    package let reason: Reason
    /// Of ``Reason/invalidField``: the field's key in the source's JSON.
    package let field: String?
    /// The beginning of the piece: bounded, printable, valid UTF-8 without control characters.
    package let excerpt: String

    // What the piece says about users that the stream does not name; see ``mayHideUser``. None of it is stored.

    /// The name in a whole object that is no user: UTF-8, as a user's name must be. Nil when there is none to be read.
    package let userName: [UInt8]?
    /// Whether the piece stands alone between the end of one array and the beginning of the next, or after the last one.
    package let isBetweenArrays: Bool
    /// Whether the piece holds a quotation mark or the word `userName`, as every record does.
    package let resemblesRecord: Bool

    package init(
        offset: Int64, reason: Reason, field: String? = nil, excerpt: String, userName: [UInt8]? = nil,
        isBetweenArrays: Bool = false,
        resemblesRecord: Bool = true
    ) {
        self.offset = offset
        self.reason = reason
        self.field = field
        self.excerpt = excerpt
        self.userName = userName
        self.isBetweenArrays = isBetweenArrays
        self.resemblesRecord = resemblesRecord
    }

    /// The reason as it is stored, with the field's name where there is one: `invalid_field:phone`.
    package var storedReason: String { field.map { "\(reason.rawValue):\($0)" } ?? reason.rawValue }
}

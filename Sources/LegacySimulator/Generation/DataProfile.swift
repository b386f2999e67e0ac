/// Everything that decides which bytes a simulated source holds.
///
/// Two equal profiles always describe the same body, byte for byte, and so the same final table.
struct DataProfile: Sendable, Equatable {
    /// How records are strung together.
    enum Format: String, Sendable, CaseIterable {
        /// JSON arrays without a separator between them, as the real source sends.
        case glued
        /// One JSON array.
        case array
        /// One object a line.
        case ndjson
        /// Objects with commas between them and no brackets around.
        case comma
    }

    /// Seed of every choice below.
    var seed: UInt64 = 1
    /// Valid user records in the body; a repeated user name counts each time.
    var users = 1_000_000
    /// Valid user records in one array (for formats without arrays: in the group that is paced).
    var arraySize = 100
    /// Chance of a fragment that is no JSON after an array.
    var junkRate = 0.2
    /// Sends only the real source's own fragment, never one of its kin.
    var onlyKnownJunk = false
    /// Chance of a damaged record before a valid one.
    var damagedRate = 0.01
    /// Share of valid records that repeat an earlier user name.
    var duplicateRate = 0.05
    /// Share of the duplicates with the same `createdAt` as the first record but other content.
    var conflictingTies = 0.0
    /// Share of users with `deleted: true`.
    var deletedRate = 0.05
    /// Share of users whose name or address holds characters beyond plain ASCII letters and digits.
    var unicodeRate = 0.05
    /// Share of users whose email or `deleted` changes from one generation to the next.
    var changedRate = 0.01
    /// 0 is the source as first seen; each later generation is the same source after changes.
    var generation = 0
    var format = Format.glued
    /// Starts the body with a UTF-8 byte order mark.
    var byteOrderMark = false
    /// Adds unknown fields, some nested, and shuffles the order of the known ones.
    var extraFields = false
    /// Adds spaces, tabs and line breaks between tokens.
    var whitespace = false
    /// Writes `createdAt` with zero to nine fraction digits, with offsets, and over a wider range of years.
    var variedDates = false
    var own = OwnFields()
}

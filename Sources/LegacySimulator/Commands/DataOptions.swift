import ArgumentParser
import SyncCore

/// The options that decide what the source holds; the same for every subcommand.
struct DataOptions: ParsableArguments {
    private static let standard = DataProfile()

    @Option(help: ArgumentHelp("Seed of every choice: equal seeds and options give equal bytes.", valueName: "number"))
    var seed = Self.standard.seed

    @Option(
        help: ArgumentHelp(
            "Valid user records in the stream, repeated user names counted each time.", valueName: "count"))
    var users = Self.standard.users

    @Option(help: ArgumentHelp("Valid user records in one array.", valueName: "count"))
    var arraySize = Self.standard.arraySize

    @Option(help: ArgumentHelp("Chance of a fragment that is no JSON after an array (0 to 1).", valueName: "rate"))
    var junkRate = Self.standard.junkRate

    @Flag(help: "Of such fragments, send the real source's own only: the one that hides no user from a reader.")
    var onlyKnownJunk = false

    @Option(help: ArgumentHelp("Chance of a damaged record before a valid one (0 to 1).", valueName: "rate"))
    var damagedRate = Self.standard.damagedRate

    @Option(
        help: ArgumentHelp(
            "Share of records that repeat an earlier user name: older, newer or identical (0 to 1).", valueName: "rate")
    )
    var duplicateRate = Self.standard.duplicateRate

    @Option(
        help: ArgumentHelp(
            "Share of the duplicates with the same createdAt but other content (0 to 1).", valueName: "rate"))
    var conflictingTies = Self.standard.conflictingTies

    @Option(help: ArgumentHelp("Share of users with deleted: true (0 to 1).", valueName: "rate"))
    var deletedRate = Self.standard.deletedRate

    @Option(
        help: ArgumentHelp(
            "Share of users with accents, emoji, quotes, control characters and the like (0 to 1).", valueName: "rate"))
    var unicodeRate = Self.standard.unicodeRate

    @Option(
        help: ArgumentHelp(
            "Share of users whose email or deleted flag changes from one generation to the next (0 to 1).",
            valueName: "rate"))
    var changedRate = Self.standard.changedRate

    @Option(help: ArgumentHelp("Changes made since the first sync: 0 to 1000.", valueName: "number"))
    var generation = Self.standard.generation

    @Option(help: ArgumentHelp("How records are strung together: glued, array, ndjson or comma.", valueName: "format"))
    var format = Self.standard.format

    @Flag(help: "Start the body with a UTF-8 byte order mark.")
    var bom = false

    @Flag(
        help: "Add unknown fields, shuffle the order of fields, spell keys with escapes, repeat keys (the last counts)."
    )
    var extraFields = false

    @Flag(help: "Add spaces, tabs and line breaks between tokens.")
    var whitespace = false

    @Flag(help: "Write createdAt with 0 to 9 fraction digits, with offsets, and from the year 1000 to 9984.")
    var variedDates = false

    @Option(
        help: ArgumentHelp(
            "Further fields of each record, as SYNC_EXTRA_FIELDS names them: jsonKey:type[:column], comma-separated.",
            valueName: "list"),
        transform: Self.parse)
    var ownFields: ExtraFields?

    @Option(help: ArgumentHelp("Chance that a record lacks one of --own-fields (0 to 1).", valueName: "rate"))
    var absentRate = Self.standard.own.absentRate

    @Option(
        help: ArgumentHelp("Chance that one of --own-fields is null where it is there (0 to 1).", valueName: "rate"))
    var nullRate = Self.standard.own.nullRate

    @Option(
        help: ArgumentHelp(
            "Chance of a record before a valid one in which one of --own-fields has another type (0 to 1).",
            valueName: "rate"))
    var mistypedRate = Self.standard.own.mistypedRate

    private static func parse(_ text: String) throws -> ExtraFields {
        do {
            return try ExtraFields(setting: text)
        } catch {
            throw ValidationError("--own-fields \(error.problem).")
        }
    }

    func validate() throws {
        try Check.rate(junkRate, "--junk-rate")
        try Check.rate(damagedRate, "--damaged-rate")
        try Check.rate(duplicateRate, "--duplicate-rate")
        try Check.rate(conflictingTies, "--conflicting-ties")
        try Check.rate(deletedRate, "--deleted-rate")
        try Check.rate(unicodeRate, "--unicode-rate")
        try Check.rate(changedRate, "--changed-rate")
        try Check.rate(absentRate, "--absent-rate")
        try Check.rate(nullRate, "--null-rate")
        try Check.rate(mistypedRate, "--mistyped-rate")
        try Check.range(users, 0...100_000_000, "--users")
        try Check.range(arraySize, 1...1_000_000, "--array-size")
        try Check.range(generation, 0...1000, "--generation")
    }

    var profile: DataProfile {
        DataProfile(
            seed: seed, users: users, arraySize: arraySize, junkRate: junkRate, onlyKnownJunk: onlyKnownJunk,
            damagedRate: damagedRate,
            duplicateRate: duplicateRate, conflictingTies: conflictingTies, deletedRate: deletedRate,
            unicodeRate: unicodeRate,
            changedRate: changedRate, generation: generation, format: format, byteOrderMark: bom,
            extraFields: extraFields,
            whitespace: whitespace, variedDates: variedDates,
            own: OwnFields(
                fields: ownFields?.fields ?? [], absentRate: absentRate, nullRate: nullRate, mistypedRate: mistypedRate)
        )
    }
}

extension DataProfile.Format: ExpressibleByArgument {}

/// What one complete attempt of the stream was made of: the source's contract, as it was kept.
///
/// It holds counts and names of fields, never a value. It is stored as JSON, so names of members stay, and new ones are optional.
package struct SourceProfile: Sendable, Equatable, Codable {
    /// A field that a sync reads, one of the five or an extra one. Its value had the right type in all other records.
    package struct Field: Sendable, Equatable, Codable {
        package var name: String
        /// Records without the field.
        package var absent = 0
        package var null = 0
        /// Records with another JSON type than the field's, null excepted.
        package var mistyped = 0
        /// Characters (Unicode scalars, as `varchar` counts them) of the longest value of the right type; of a number, as it is
        /// written; nil for a field that is `true` or `false`.
        package var longest: Int?

        package init(name: String, absent: Int = 0, null: Int = 0, mistyped: Int = 0, longest: Int? = nil) {
            (self.name, self.absent, self.null, self.mistyped, self.longest) = (name, absent, null, mistyped, longest)
        }
    }

    /// A field that no sync reads.
    package struct UnknownField: Sendable, Equatable, Codable {
        /// Printable; its first 64 bytes and an ellipsis when it is longer.
        package var name: String
        /// Records that had it.
        package var records: Int
        /// What it held first; null when it never held anything else.
        package var type: JSONType

        package init(name: String, records: Int, type: JSONType) {
            (self.name, self.records, self.type) = (name, records, type)
        }
    }

    /// Whole JSON objects, users or not.
    package var records = 0
    /// Of these, users that the sync took.
    package var users = 0
    /// Of the decoded body.
    package var bytes: Int64 = 0
    /// Users whom the source has marked as deleted.
    package var deleted = 0
    /// Damaged or refused pieces by reason; a reason without any is absent.
    package var rejects: [String: Int] = [:]
    package var fields: [Field] = []
    /// The first 64 that came.
    package var unknownFields: [UnknownField] = []
    /// Records with further unknown fields.
    package var unlistedRecords = 0
    /// How long the attempt took, from the answer's beginning to its end; nil when it was not measured.
    package var milliseconds: Int?

    package init() {}

    /// Damaged and refused pieces, all reasons together.
    package var rejected: Int { rejects.values.reduce(0, +) }

    /// Nil when the time was too short to be measured.
    package var usersPerSecond: Int? {
        guard let milliseconds, milliseconds > 0 else { return nil }
        return Int((Double(users) * 1000 / Double(milliseconds)).rounded())
    }
}

extension LegacyStreamParser {
    /// What the whole objects so far were made of. Rejects and time are for the reader to add.
    package var profile: SourceProfile {
        var profile = SourceProfile()
        profile.records = users + objectsRefused
        profile.users = users
        profile.bytes = bytesConsumed
        profile.deleted = counts.deleted
        for (index, name) in counts.names.enumerated() {
            let field = counts[index]
            profile.fields.append(
                SourceProfile.Field(
                    name: name, absent: field.absent, null: field.null, mistyped: field.mistyped,
                    longest: reader.measures(index) ? counts.longest[index] : nil))
        }
        counts.unknown.forEach { field in
            profile.unknownFields.append(
                SourceProfile.UnknownField(
                    name: Excerpt.printable(field.name, isCut: field.isCut) + (field.isCut ? "…" : ""),
                    records: field.records, type: field.type))
        }
        profile.unlistedRecords = counts.unknown.unlistedRecords
        return profile
    }
}

package import SyncCore

extension ReferenceReader {
    /// What the stream's whole objects are made of, counted from their trees, with all names in a dictionary.
    /// - Parameter extraFields: what is read beyond the five fields. With them, users and deleted ones are counted as they are
    ///   without: the reference does not judge their values.
    package func profile(extraFields: ExtraFields = .none) -> SourceProfile {
        var profile = SourceProfile()
        profile.bytes = Int64(bytes.count)
        let kinds: [UserField.Kind] = [.integer, .text, .text, .timestamp, .boolean] + extraFields.fields.map(\.kind)
        let names = ["id", "userName", "email", "createdAt", "deleted"] + extraFields.fields.map(\.jsonKey)
        var fields = zip(names, kinds).map { SourceProfile.Field(name: $0, longest: $1 == .boolean ? nil : 0) }
        var unknown: [(name: String, records: Int, type: JSONType)] = []
        for piece in pieces() where piece.isObject {
            profile.records += 1
            if case .user(let user) = piece.kind {
                profile.users += 1
                if user.deleted { profile.deleted += 1 }
            }
            var json = ReferenceJSON(
                bytes: bytes, position: piece.range.lowerBound, end: piece.range.upperBound, maximumDepth: 64)
            guard case .object(let members)? = try? json.value(depth: 0) else { continue }
            for index in fields.indices { Self.count(members, kinds[index], in: &fields[index]) }
            countUnknown(members, known: Set(fields.map(\.name)), &unknown, &profile)
        }
        profile.fields = fields
        profile.unknownFields = unknown.map {
            SourceProfile.UnknownField(name: $0.name, records: $0.records, type: $0.type)
        }
        return profile
    }

    private static func count(
        _ members: [(key: [UInt32], value: ReferenceValue)], _ kind: UserField.Kind,
        in field: inout SourceProfile.Field
    ) {
        guard let value = members.last(where: { text($0.key) == field.name })?.value else {
            field.absent += 1
            return
        }
        switch (kind, value) {
        case (_, .null): field.null += 1
        case (.integer, .number(let literal)) where Int64(literal) != nil:
            field.longest = max(field.longest ?? 0, literal.count)
        case (.number, .number(let literal)): field.longest = max(field.longest ?? 0, literal.count)
        case (.boolean, .bool): break
        case (.text, .string(let units)), (.timestamp, .string(let units)):
            if text(units) != nil { field.longest = max(field.longest ?? 0, units.count) }
        default: field.mistyped += 1
        }
    }

    private func countUnknown(
        _ members: [(key: [UInt32], value: ReferenceValue)], known: Set<String>,
        _ unknown: inout [(name: String, records: Int, type: JSONType)], _ profile: inout SourceProfile
    ) {
        var types: [(name: String, type: JSONType)] = []
        var hasUnlisted = false
        for member in members {
            guard let text = Self.text(member.key) else {
                hasUnlisted = true
                continue
            }
            guard !known.contains(text) else { continue }
            let name = Self.shown(text)
            let listed = Set(unknown.map(\.name)).union(types.map(\.name))
            guard listed.contains(name) || listed.count < 64 else {
                hasUnlisted = true
                continue
            }
            if let index = types.firstIndex(where: { $0.name == name }) {
                types[index].type = Self.type(member.value)
            } else {
                types.append((name, Self.type(member.value)))
            }
        }
        for (name, type) in types {
            if let index = unknown.firstIndex(where: { $0.name == name }) {
                unknown[index].records += 1
                if unknown[index].type == .null { unknown[index].type = type }
            } else {
                unknown.append((name, 1, type))
            }
        }
        if hasUnlisted { profile.unlistedRecords += 1 }
    }

    /// The first 64 bytes of a name, and an ellipsis when there are more.
    private static func shown(_ name: String) -> String {
        let isCut = name.utf8.count > 64
        return Excerpt.printable(name.utf8.prefix(64), isCut: isCut) + (isCut ? "…" : "")
    }

    /// Nil for a text that no column takes.
    private static func text(_ units: [UInt32]) -> String? {
        var text = ""
        for unit in units {
            guard unit != 0, let scalar = Unicode.Scalar(unit) else { return nil }
            text.unicodeScalars.append(scalar)
        }
        return text
    }

    private static func type(_ value: ReferenceValue) -> JSONType {
        switch value {
        case .object: .object
        case .array: .array
        case .string: .string
        case .number: .number
        case .bool: .boolean
        case .null: .null
        }
    }
}

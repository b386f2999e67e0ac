/// The fields that an installation takes from its source beyond those of ``UserField/all``.
///
/// `SYNC_EXTRA_FIELDS` names them, `orchestrator migrate` records them in the database, and every message that carries them lists
/// their columns. Their order is that of the setting, and of the values in a message's line.
package struct ExtraFields: Sendable, Hashable {
    /// The most that there may be.
    package static let maximum = 32

    package static let none = ExtraFields([])

    package let fields: [UserField]

    /// - Parameter fields: made by ``UserField/init(extra:column:kind:)``.
    package init(_ fields: [UserField]) {
        self.fields = fields
    }

    package var isEmpty: Bool { fields.isEmpty }

    /// The columns and types, as a message lists them.
    package var columns: [ExtraColumn] { fields.map(\.extraColumn) }

    /// Every field of a user, the extra ones last.
    package var all: [UserField] { UserField.all + fields }
}

extension UserField {
    /// A field beyond those of ``all``.
    package init(extra jsonKey: String, column: String, kind: Kind) {
        self.init(jsonKey: jsonKey, column: column, kind: kind, role: .content, invalid: .invalidField)
    }

    /// The column and type of an extra field.
    package var extraColumn: ExtraColumn { ExtraColumn(name: column, kind: kind) }
}

/// Where a message puts a value that is none of the five fields'.
package struct ExtraColumn: Sendable, Hashable {
    package let name: String
    package let kind: UserField.Kind

    package init(name: String, kind: UserField.Kind) {
        self.name = name
        self.kind = kind
    }

    /// The longest name, in bytes: PostgreSQL cuts longer ones.
    static let longestName = 63

    /// Whether a column may be called so: lower-case ASCII letters, digits and `_`, no digit first.
    package static func isLegal(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first, name.count <= longestName, !(0x30...0x39).contains(first) else { return false }
        return name.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }
}

extension [ExtraColumn] {
    /// As the header of a message lists them: `phone:text,score:number`.
    package var headerText: String { map { "\($0.name):\($0.kind.rawValue)" }.joined(separator: ",") }

    /// Reads what ``headerText`` wrote.
    /// - Returns: nil for everything else, and for a column that is named twice.
    init?(headerText bytes: UnsafeRawBufferPointer) {
        self = []
        for entry in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let parts = entry.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count == 2, ExtraColumn.isLegal(parts[0]), count < ExtraFields.maximum,
                let kind = UserField.Kind(rawValue: String(decoding: parts[1], as: UTF8.self))
            else { return nil }
            let name = String(decoding: parts[0], as: UTF8.self)
            guard !contains(where: { $0.name == name }) else { return nil }
            append(ExtraColumn(name: name, kind: kind))
        }
    }
}

import SyncCore

/// What this service needs of a table that another program may have made: the rule by which `migrate` takes a table over or
/// refuses it, and by which every sync and worker looks at it again.
///
/// What a user's own value makes impossible is not a matter of this rule: that user is set aside.
package struct TableRequirement: Sendable {
    /// A column that this service reads or writes.
    struct Column: Sendable {
        let name: String
        let types: Set<String>
        var presence = Presence.addedWhenMissing
        /// A unique index over this column alone is needed.
        var isUnique = false
        /// New rows leave it to its default.
        var isLeftToDefault = false
        /// NULL is written.
        var isSetToNull = false
        /// What must stand in brackets behind the type at least, where something does.
        var smallestModifier = 0
        /// Nothing may stand there: `numeric(10,2)` rounds without a word.
        var isWithoutModifier = false
        /// What the source may need: a type or modifier that is narrower sets single users aside.
        var widestNeed: Width?
    }

    enum Presence: Sendable {
        /// `migrate` refuses a table without it.
        case required
        case addedWhenMissing
    }

    enum Width: Sendable {
        /// A 64-bit integer.
        case bigint
        /// So many characters.
        case characters(Int)
        /// Microseconds.
        case microseconds
    }

    let table: String
    let columns: [Column]

    private static let integers: Set<String> = ["smallint", "integer", "bigint"]
    private static let texts: Set<String> = ["text", "character varying"]
    private static let times: Set<String> = ["timestamp with time zone", "timestamp without time zone"]

    package static let users = TableRequirement(
        table: "users",
        columns: [
            Column(name: "id", types: integers, presence: .required, isUnique: true, isLeftToDefault: true),
            Column(name: "legacy_id", types: integers, widestNeed: .bigint),
            Column(
                name: "user_name", types: texts, presence: .required, isUnique: true, widestNeed: .characters(255)),
            Column(name: "email", types: texts, widestNeed: .characters(320)),
            // A time that is rounded to more than the source's milliseconds would look newer than its record.
            Column(name: "legacy_created_at", types: times, smallestModifier: 3, widestNeed: .microseconds),
            Column(name: "created_at", types: times, isLeftToDefault: true),
            Column(name: "updated_at", types: times, isLeftToDefault: true),
            Column(name: "deleted", types: ["boolean"]),
            Column(name: "deleted_at", types: times, isSetToNull: true),
            Column(name: "sync_id", types: ["integer", "bigint"]),
        ])

    package static let syncLogs = TableRequirement(
        table: "sync_logs",
        columns: [
            Column(
                name: "id", types: ["integer", "bigint"], presence: .required, isUnique: true, isLeftToDefault: true),
            // "PROCESSING" has ten letters.
            Column(name: "status", types: texts, presence: .required, smallestModifier: 10),
            Column(name: "started_at", types: times, isLeftToDefault: true),
            Column(name: "finished_at", types: times, isSetToNull: true),
            Column(name: "total_processed", types: ["integer", "bigint"], isLeftToDefault: true),
            Column(name: "error_message", types: texts, isSetToNull: true, smallestModifier: 4000),
            Column(name: "duration_ms", types: ["integer", "bigint"], isSetToNull: true),
        ])

    package static let all = [users, syncLogs]

    /// The same with the columns of extra fields.
    static func all(with extraFields: ExtraFields) -> [TableRequirement] {
        [TableRequirement(table: users.table, columns: users.columns + extraFields.fields.map(column)), syncLogs]
    }

    /// The columns of extra fields alone, each of which must be there: `migrate` has recorded them.
    static func columns(of extraFields: ExtraFields) -> TableRequirement {
        TableRequirement(
            table: users.table,
            columns: extraFields.fields.map {
                var column = column($0)
                column.presence = .required
                return column
            })
    }

    private static func column(_ field: UserField) -> Column {
        switch field.kind {
        case .text: Column(name: field.column, types: texts, isSetToNull: true)
        case .integer: Column(name: field.column, types: integers, isSetToNull: true, widestNeed: .bigint)
        case .number: Column(name: field.column, types: ["numeric"], isSetToNull: true, isWithoutModifier: true)
        case .boolean: Column(name: field.column, types: ["boolean"], isSetToNull: true)
        // A time that is rounded would differ from its record for ever.
        case .timestamp: Column(name: field.column, types: times, isSetToNull: true, smallestModifier: 6)
        }
    }
}

extension TableRequirement {
    /// What a table cannot be used with, each as a clause that names it and says what to change; empty when it can be used.
    package func refusals(_ found: ExistingTable) -> [String] {
        if let refusal = refusal(ofKind: found) { return [refusal] }
        var refusals: [String] = []
        if found.hasRules {
            refusals.append("\(table) has rules (CREATE RULE), which rewrite statements: use triggers instead")
        }
        if !found.rolesThatMissRows.isEmpty {
            refusals.append(
                "row-level security of \(table) may hide rows from \(found.rolesThatMissRows.joined(separator: ", ")): "
                    + "a hidden row would be taken for a missing one. ALTER ROLE … BYPASSRLS, or disable it on this table"
            )
        }
        refusals += columnRefusals(found)
        refusals += found.columns.filter { other in
            other.isNotNull && !other.hasDefault && !other.isGenerated && !columns.contains { $0.name == other.name }
        }.map {
            "\(table).\($0.name) is NOT NULL without a default, and this service does not know it: give it a default"
        }
        return refusals
    }

    /// The part of ``refusals(_:)`` that is about the columns which are needed.
    func columnRefusals(_ found: ExistingTable) -> [String] { columns.flatMap { refusals($0, in: found) } }

    private func refusal(ofKind found: ExistingTable) -> String? {
        switch found.kind {
        case .table where !found.hasChildren: nil
        case .table: "\(table) has tables that inherit from it: its unique indexes do not cover them. Make it one table"
        case .partitioned:
            "\(table) is partitioned, which is not supported: make it a plain table, or point this service at another schema"
        case .view, .materializedView: "\(table) is a view: it must be a table"
        case .foreign: "\(table) is a foreign table: point DATABASE_URL at the database that holds it"
        case nil: "\(table) is no table"
        }
    }

    private func refusals(_ needed: Column, in found: ExistingTable) -> [String] {
        let name = "\(table).\(needed.name)"
        guard let column = found.column(needed.name) else {
            return needed.presence == .required ? ["\(table) has no column \(needed.name)"] : []
        }
        var refusals: [String] = []
        if column.isGenerated { refusals.append("\(name) is a generated column: it must be possible to write it") }
        guard needed.types.contains(column.type) else {
            return refusals + [
                "\(name) is of type \(column.type): it must be \(needed.types.sorted().joined(separator: " or "))"
            ]
        }
        if let modifier = column.modifier, modifier < needed.smallestModifier {
            refusals.append("\(name) is \(column.type)(\(modifier)): it must be at least (\(needed.smallestModifier))")
        }
        if column.modifier != nil, needed.isWithoutModifier {
            refusals.append("\(name) is \(column.type) with a precision, which rounds: it must be plain \(column.type)")
        }
        if !column.comparesBytes {
            refusals.append("\(name) has a nondeterministic collation: texts that differ would count as equal")
        }
        if needed.isUnique, !column.isUnique {
            refusals.append(
                "\(table) has no unique index on \(needed.name) alone that is valid, not deferrable and without a condition: "
                    + "create one")
        }
        if needed.isLeftToDefault, column.isNotNull, !column.hasDefault, !column.isGenerated {
            refusals.append("\(name) is NOT NULL without a default: give it a default")
        }
        if needed.isSetToNull, column.isNotNull {
            refusals.append("\(name) is NOT NULL: it must be possible to leave it empty")
        }
        return refusals
    }

    /// What is narrower than the source may need, each as a clause. Users who do not fit are set aside, one by one.
    package func narrowness(_ found: ExistingTable) -> [String] {
        columns.compactMap { needed in
            guard let need = needed.widestNeed, let column = found.column(needed.name) else { return nil }
            let name = "\(table).\(needed.name)"
            switch need {
            case .bigint:
                return column.type == "bigint" ? nil : "\(name) is \(column.type), the source's numbers have 64 bits"
            case .characters(let count):
                guard let modifier = column.modifier, modifier < count else { return nil }
                return "\(name) takes \(modifier) characters, the source may send \(count)"
            case .microseconds:
                guard let modifier = column.modifier, modifier < 6 else { return nil }
                return "\(name) keeps \(modifier) digits of a second, the source may send 6: the others are cut off"
            }
        }
    }
}

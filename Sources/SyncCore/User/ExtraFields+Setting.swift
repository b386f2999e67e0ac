/// Why a list of extra fields cannot be used: what is wrong and what to do, as the rest of a sentence that begins with
/// `SYNC_EXTRA_FIELDS`. It repeats no value that may be a secret in the wrong line.
package struct ExtraFieldsError: Error, Sendable, Hashable, CustomStringConvertible {
    package static let variable = "SYNC_EXTRA_FIELDS"

    package let problem: String

    package init(_ problem: String) {
        self.problem = problem
    }

    package var description: String { "\(Self.variable) \(problem)" }
}

extension ExtraFields {
    /// Reads the setting: entries `jsonKey:type[:column]` with commas between them. Without a column, the key names it.
    ///
    /// - Throws: ``ExtraFieldsError`` for the first entry that cannot be used.
    package init(setting text: String) throws(ExtraFieldsError) {
        var fields: [UserField] = []
        let entries = text.split(separator: ",", omittingEmptySubsequences: false)
        guard entries.count <= Self.maximum else {
            throw ExtraFieldsError("names \(entries.count) fields, and there may be \(Self.maximum)")
        }
        for (number, entry) in entries.enumerated() {
            let field: UserField
            do {
                field = try Self.field(entry.trimmingBlanks)
            } catch {
                throw ExtraFieldsError("is wrong in entry \(number + 1): \(error.problem)")
            }
            if let other = fields.firstIndex(where: { $0.jsonKey == field.jsonKey }) {
                throw ExtraFieldsError(
                    "names one JSON key twice, in entries \(other + 1) and \(number + 1): remove one")
            }
            if let other = fields.firstIndex(where: { $0.column == field.column }) {
                throw ExtraFieldsError(
                    "names one column twice, in entries \(other + 1) and \(number + 1): give one of them another column"
                )
            }
            fields.append(field)
        }
        self.init(fields)
    }

    /// As the setting names them: a column only where the key does not name it.
    package var settingText: String {
        fields.map { field in
            let entry = "\(field.jsonKey):\(field.kind.rawValue)"
            return field.column == field.jsonKey ? entry : "\(entry):\(field.column)"
        }.joined(separator: ",")
    }

    private static func field(_ entry: Substring) throws(ExtraFieldsError) -> UserField {
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(\.trimmingBlanks)
        guard parts.count == 2 || parts.count == 3 else {
            throw ExtraFieldsError("it must read jsonKey:type or jsonKey:type:column, for example phone:text")
        }
        let key = String(parts[0])
        guard isLegal(key: key) else {
            throw ExtraFieldsError(
                "its JSON key must have 1 to \(longestKey) bytes, without blanks, quotes, backslashes and control characters"
            )
        }
        guard let kind = UserField.Kind(rawValue: String(parts[1])) else {
            let kinds = UserField.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ExtraFieldsError("its type must be one of \(kinds)")
        }
        let column = String(parts.count == 3 ? parts[2] : parts[0])
        guard ExtraColumn.isLegal(column.utf8) else {
            throw ExtraFieldsError(
                "its column must have 1 to \(ExtraColumn.longestName) letters a to z, digits and _, and no digit first; "
                    + (parts.count == 3
                        ? "choose such a name" : "the JSON key is no such name, so add a column: jsonKey:type:column"))
        }
        guard !UserField.all.contains(where: { $0.jsonKey == key }) else {
            throw ExtraFieldsError("the JSON key \(key) is always read: remove the entry")
        }
        guard !reservedColumns.contains(column) else {
            throw ExtraFieldsError("the column \(column) has another use: choose another column, jsonKey:type:column")
        }
        return UserField(extra: key, column: column, kind: kind)
    }

    private static let longestKey = 64

    private static func isLegal(key: String) -> Bool {
        (1...longestKey).contains(key.utf8.count)
            && key.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }

    /// Columns of this service, what every table of PostgreSQL has, and what the upsert calls its own values.
    private static let reservedColumns: Set<String> = Set(UserField.all.map(\.column)).union([
        "id", "created_at", "updated_at", "deleted_at", "sync_id",
        "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid",
        "row_id", "wins", "was_deleted",
    ])
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }
}

import SyncCore
import SyncStorage

/// The stable JSON form of a user; names are those of the table's columns. A time that RFC 3339 cannot write is null.
struct UserDocument: Encodable {
    let user: StoredUser

    /// A column's name.
    private struct Column: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Column.self)
        for (field, value) in zip(UserField.all, user.values) {
            let column = Column(field.column)
            switch value {
            case .integer(let number): try container.encode(number, forKey: column)
            case .text(let text): try container.encode(text, forKey: column)
            case .timestamp(let time): try container.encode(RFC3339.text(time), forKey: column)
            case .boolean(let flag): try container.encode(flag, forKey: column)
            case .null: try container.encodeNil(forKey: column)
            }
        }
        try container.encode(user.id, forKey: Column("id"))
        try container.encode(user.createdAt.flatMap(RFC3339.text), forKey: Column("created_at"))
        try container.encode(user.updatedAt.flatMap(RFC3339.text), forKey: Column("updated_at"))
        try container.encode(user.deletedAt.flatMap(RFC3339.text), forKey: Column("deleted_at"))
        try container.encode(user.syncID, forKey: Column("sync_id"))
    }
}

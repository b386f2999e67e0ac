import SyncCore
import SyncStorage

/// The stable form of a user, in JSON, in CSV and for people; names are those of the table's columns. A time that RFC 3339 cannot
/// write is null.
struct UserDocument: Encodable {
    let user: StoredUser

    /// The names of ``values``, those of extra fields excepted: the source's fields first.
    static let names = UserField.all.map(\.column) + ["id", "created_at", "updated_at", "deleted_at", "sync_id"]

    /// The names of all ``values``: those of the extra fields last.
    var names: [String] { Self.names + user.extras.map(\.column) }

    /// What the row holds, in the order of ``names``.
    var values: [Value] {
        user.values.map(Value.init) + [
            .integer(user.id), Value(time: user.createdAt), Value(time: user.updatedAt), Value(time: user.deletedAt),
            user.syncID.map { .integer($0) } ?? .null,
        ] + user.extras.map { Value($0.value) }
    }

    /// A value as it is written.
    enum Value: Equatable {
        case integer(Int64)
        /// Digit for digit: JSON has it as a string, since most readers of JSON numbers round.
        case number(String)
        case text(String)
        /// As RFC 3339 writes it.
        case time(String)
        case boolean(Bool)
        case null

        init(_ value: StoredUser.Value) {
            switch value {
            case .integer(let number): self = .integer(number)
            case .number(let digits): self = .number(digits)
            case .text(let text): self = .text(text)
            case .timestamp(let time): self.init(time: time)
            case .boolean(let flag): self = .boolean(flag)
            case .null: self = .null
            }
        }

        init(time: Int64?) {
            self = time.flatMap(RFC3339.text).map { .time($0) } ?? .null
        }
    }

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
        for (name, value) in zip(names, values) {
            let column = Column(name)
            switch value {
            case .integer(let number): try container.encode(number, forKey: column)
            case .text(let text), .time(let text), .number(let text): try container.encode(text, forKey: column)
            case .boolean(let flag): try container.encode(flag, forKey: column)
            // Present also when there is none.
            case .null: try container.encodeNil(forKey: column)
            }
        }
    }
}

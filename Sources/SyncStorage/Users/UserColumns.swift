import Postgres
import SyncCore

/// Users as the apply statement takes them: one binary array per field, in the order of ``UserField/all`` and of the message's
/// extra columns.
struct UserColumns {
    let parameters: [PostgresValue]

    /// The columns of no user.
    init(ofNobodyWith fields: [UserField]) {
        parameters = fields.map { .array(PostgresArray(of: $0.arrayElement, capacity: 0, byteCapacity: 0)) }
    }

    /// - Parameter users: the places of the users in the batch.
    init(of users: [Int], in batch: DecodedBatch) {
        let fields: [PostgresValue] = UserField.all.map { field in
            // Close to what a name or an address takes; an array grows when it is more.
            var array = PostgresArray(
                of: field.arrayElement, capacity: users.count, byteCapacity: field.kind == .text ? users.count * 32 : 0)
            switch batch.column(of: field) {
            case .integers(let values): for user in users { array.append(values[user]) }
            case .timestamps(let values): for user in users { array.append(microsecondsSinceUnixEpoch: values[user]) }
            case .booleans(let values): for user in users { array.append(values[user]) }
            case .texts(let place): for user in users { batch.withText(place, of: user) { array.append(utf8: $0) } }
            }
            return .array(array)
        }
        parameters = fields + batch.extras.columns.map { .array(Self.array(of: users, in: $0)) }
    }

    private static func array(of users: [Int], in column: ExtraValues.Column) -> PostgresArray {
        let kind = column.column.kind
        let isText = kind == .text || kind == .number
        var array = PostgresArray(
            of: kind.arrayElement, capacity: users.count, byteCapacity: isText ? users.count * 16 : 0)
        for user in users {
            guard !column.isNull[user] else {
                array.appendNull()
                continue
            }
            switch column.values {
            case .integers(let values): array.append(values[user])
            case .timestamps(let values): array.append(microsecondsSinceUnixEpoch: values[user])
            case .booleans(let values): array.append(values[user])
            case .texts: column.withText(of: user) { array.append(utf8: $0) }
            }
        }
        return array
    }
}

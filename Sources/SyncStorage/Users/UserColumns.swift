import Postgres
import SyncCore

/// Users as the apply statement takes them: one binary array per field, in the order of ``UserField/all``.
struct UserColumns {
    let parameters: [PostgresValue]

    /// The columns of no user.
    static let none = UserColumns(
        parameters: UserField.all.map { .array(PostgresArray(of: $0.arrayElement, capacity: 0, byteCapacity: 0)) })

    private init(parameters: [PostgresValue]) {
        self.parameters = parameters
    }

    /// - Parameter users: the places of the users in the batch.
    init(of users: [Int], in batch: DecodedBatch) {
        parameters = UserField.all.map { field in
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
    }
}

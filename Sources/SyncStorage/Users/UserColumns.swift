import Postgres
import SyncCore

/// Users as the apply statement takes them: one binary array a column.
struct UserColumns {
    private var userNames: PostgresArray
    private var legacyIDs: PostgresArray
    private var emails: PostgresArray
    private var createdAts: PostgresArray
    private var deleted: PostgresArray

    /// - Parameter capacity: users to make room for.
    init(capacity: Int) {
        // Close to what a name or an address takes; the arrays grow when it is more.
        let textBytes = capacity * 32
        userNames = PostgresArray(of: .text, capacity: capacity, byteCapacity: textBytes)
        legacyIDs = PostgresArray(of: .int8, capacity: capacity)
        emails = PostgresArray(of: .text, capacity: capacity, byteCapacity: textBytes)
        createdAts = PostgresArray(of: .timestamptz, capacity: capacity)
        deleted = PostgresArray(of: .bool, capacity: capacity)
    }

    mutating func append(_ user: Int, of batch: DecodedBatch) {
        batch.withUserName(at: user) { userNames.append(utf8: $0) }
        legacyIDs.append(batch.legacyIDs[user])
        batch.withEmail(at: user) { emails.append(utf8: $0) }
        createdAts.append(microsecondsSinceUnixEpoch: batch.createdAts[user])
        deleted.append(batch.deleted[user])
    }

    /// In the order of the statement's parameters.
    var parameters: [PostgresValue] {
        [.array(userNames), .array(legacyIDs), .array(emails), .array(createdAts), .array(deleted)]
    }
}

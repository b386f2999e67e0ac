package import SyncCore

/// A user that owns its texts, made to be encoded and compared.
package struct SampleUser: Equatable, Sendable {
    package var legacyID: Int64
    package var userName: [UInt8]
    package var email: [UInt8]
    package var createdAt: Int64
    package var deleted: Bool

    package init(
        legacyID: Int64 = 1, userName: String, email: String = "a@example.com",
        createdAt: Int64 = 1_680_674_767_000_000, deleted: Bool = false
    ) {
        self.legacyID = legacyID
        self.userName = Array(userName.utf8)
        self.email = Array(email.utf8)
        self.createdAt = createdAt
        self.deleted = deleted
    }

    /// The user at this place of a batch.
    package init(_ batch: DecodedBatch, at index: Int) {
        legacyID = batch.legacyIDs[index]
        userName = batch.withUserName(at: index) { Array($0) }
        email = batch.withEmail(at: index) { Array($0) }
        createdAt = batch.createdAts[index]
        deleted = batch.deleted[index]
    }

    /// All users of a batch, in its order.
    package static func users(of batch: DecodedBatch) -> [SampleUser] {
        (0..<batch.count).map { SampleUser(batch, at: $0) }
    }

    /// Lends the user as a parser would.
    package func withRecord<Result, Failure: Error>(
        _ body: (UserRecord) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try userName.withUnsafeBufferPointer { (name) throws(Failure) -> Result in
            try email.withUnsafeBufferPointer { (address) throws(Failure) -> Result in
                try body(
                    UserRecord(
                        legacyID: legacyID, userName: UnsafeRawBufferPointer(name),
                        email: UnsafeRawBufferPointer(address), createdAt: createdAt, deleted: deleted))
            }
        }
    }
}

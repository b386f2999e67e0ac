import Foundation
import SyncCore

/// A user that owns its texts, made to be encoded and compared.
struct SampleUser: Equatable {
    var legacyID: Int64
    var userName: [UInt8]
    var email: [UInt8]
    var createdAt: Int64
    var deleted: Bool

    init(
        legacyID: Int64 = 1,
        userName: String,
        email: String = "a@example.com",
        createdAt: Int64 = 1_680_674_767_000_000,
        deleted: Bool = false
    ) {
        self.legacyID = legacyID
        self.userName = Array(userName.utf8)
        self.email = Array(email.utf8)
        self.createdAt = createdAt
        self.deleted = deleted
    }

    init(_ batch: DecodedBatch, at index: Int) {
        legacyID = batch.legacyIDs[index]
        userName = batch.withUserName(at: index) { Array($0) }
        email = batch.withEmail(at: index) { Array($0) }
        createdAt = batch.createdAts[index]
        deleted = batch.deleted[index]
    }

    func withRecord<Result, Failure: Error>(
        _ body: (UserRecord) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try userName.withUnsafeBufferPointer { (name) throws(Failure) -> Result in
            try email.withUnsafeBufferPointer { (address) throws(Failure) -> Result in
                try body(
                    UserRecord(
                        legacyID: legacyID,
                        userName: UnsafeRawBufferPointer(name),
                        email: UnsafeRawBufferPointer(address),
                        createdAt: createdAt,
                        deleted: deleted
                    )
                )
            }
        }
    }

    func lane(of lanes: Int) -> Int {
        userName.withUnsafeBytes { LaneHash.lane(of: $0, lanes: lanes) }
    }
}

extension LaneBatcher {
    mutating func append(_ user: SampleUser) throws(UserTooLarge) -> Batch? {
        try user.withRecord { (record) throws(UserTooLarge) -> Batch? in try append(record) }
    }
}

extension Batch {
    /// The users that the body holds, as the worker reads them.
    func decodedUsers() throws -> [SampleUser] {
        let decoded = try MessageDecoder.decode(body)
        return (0..<decoded.count).map { SampleUser(decoded, at: $0) }
    }

    var bodyText: String { String(decoding: body, as: UTF8.self) }
}

/// How many cases a property test tries: `SYNC_FUZZ_CASES`, or few enough for a quick run.
func fuzzCases(_ short: Int) -> Int {
    ProcessInfo.processInfo.environment["SYNC_FUZZ_CASES"].flatMap { Int($0) } ?? short
}

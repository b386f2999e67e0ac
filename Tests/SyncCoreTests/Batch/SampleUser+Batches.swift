import Foundation
import Fuzzing
import SyncCore

extension SampleUser {
    func lane(of lanes: Int) -> Int {
        userName.withUnsafeBytes { LaneHash.lane(of: $0, lanes: lanes) }
    }
}

extension LaneBatcher {
    mutating func append(_ user: SampleUser, isNew: Bool = false) throws(UserTooLarge) -> Batch? {
        try user.withRecord { (record) throws(UserTooLarge) -> Batch? in try append(record, isNew: isNew) }
    }
}

extension Batch {
    /// The users that the body holds, as the worker reads them.
    func decodedUsers() throws -> [SampleUser] {
        SampleUser.users(of: try MessageDecoder.decode(body))
    }

    var bodyText: String { String(decoding: body, as: UTF8.self) }
}

/// How many cases a property test tries: `SYNC_FUZZ_CASES`, or few enough for a quick run.
func fuzzCases(_ short: Int) -> Int {
    ProcessInfo.processInfo.environment["SYNC_FUZZ_CASES"].flatMap { Int($0) } ?? short
}

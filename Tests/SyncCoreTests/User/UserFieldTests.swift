import Fuzzing
import TestSupport
import Testing

@testable import SyncCore

/// A field that one of the hand-written parts forgot would compile. Here it shows.
@Suite("Every part knows every field of a user")
struct UserFieldTests {
    private static let original = SampleUser(
        legacyID: 17, userName: "ana", email: "ana@example.com", createdAt: 1_700_000_000_000_000, deleted: false)

    /// The sample with another value in one field.
    private static func changed(_ field: UserField) -> SampleUser {
        var user = original
        switch field {
        case .legacyID: user.legacyID += 1
        case .userName: user.userName = Array("bia".utf8)
        case .email: user.email = Array("bia@example.com".utf8)
        case .createdAt: user.createdAt += 1
        case .deleted: user.deleted = true
        default: Issue.record("the test does not know \(field.column): teach it")
        }
        return user
    }

    private static func json(_ user: SampleUser) -> String {
        let name = String(decoding: user.userName, as: UTF8.self)
        let email = String(decoding: user.email, as: UTF8.self)
        let time = String(
            1_700_000_000_000_000 == user.createdAt ? "2023-11-14T22:13:20Z" : "2023-11-14T22:13:20.000001Z")
        return
            #"{"id":\#(user.legacyID),"userName":"\#(name)","email":"\#(email)","createdAt":"\#(time)","deleted":\#(user.deleted)}"#
    }

    private static func parsed(_ json: String) -> (users: [SampleUser], rejects: [Reject]) {
        struct Sink: LegacyStreamSink {
            var users: [SampleUser] = []
            var rejects: [Reject] = []
            mutating func receive(_ user: UserRecord) { users.append(SampleUser(user)) }
            mutating func receive(_ reject: Reject) { rejects.append(reject) }
        }
        var sink = Sink()
        var parser = LegacyStreamParser()
        Array(json.utf8).withUnsafeBytes { parser.consume($0, into: &sink) }
        parser.finish(into: &sink)
        return (sink.users, sink.rejects)
    }

    private static func message(_ user: SampleUser) throws -> DecodedBatch {
        var batcher = LaneBatcher(
            syncID: 1, firstBatchNumber: 1, lanes: .hashed(1), maximumUsers: 1, maximumBodyBytes: 4096)
        let batch = try user.withRecord { (record) throws(UserTooLarge) in try batcher.append(record) }
        return try MessageDecoder.decode(try #require(batch).body)
    }

    @Test("the parser reads a change of each field", arguments: UserField.all)
    func parser(field: UserField) {
        let user = Self.changed(field)
        #expect(Self.parsed(Self.json(user)).users == [user])
        #expect(user != Self.original)
    }

    @Test(
        "a record without the field is a reject, and so is one whose value has another type", arguments: UserField.all)
    func rejects(field: UserField) {
        let json = Self.json(Self.original)
        let without = json.replacing("\"\(field.jsonKey)\":", with: "\"x\":")
        #expect(Self.parsed(without).rejects.map(\.reason) == [.missingField])
        let key = "\"\(field.jsonKey)\":"
        let mistyped = json.replacing(key, with: key + "[],\"x\":")
        #expect(Self.parsed(mistyped).rejects.map(\.reason) == [field.invalid])
    }

    @Test("the digest follows a change of each field", arguments: UserField.all)
    func digest(field: UserField) {
        let hasher = UserHasher()
        func content(_ user: SampleUser) -> UInt64 { user.withRecord { hasher.content(of: $0) } }
        #expect(content(Self.changed(field)) != content(Self.original))
        #expect(content(Self.original) == content(Self.original))
    }

    @Test("a message carries a change of each field, and so does a copy", arguments: UserField.all)
    func message(field: UserField) throws {
        let user = Self.changed(field)
        #expect(try SampleUser.users(of: Self.message(user)) == [user])
        var copy: [UInt8] = []
        user.withRecord { $0.appendCopy(to: &copy) }
        let read = copy.withUnsafeBytes { SampleUser(UserRecord(copyIn: $0, at: 0)) }
        #expect(read == user)
    }

    @Test("a decoded batch hands out each field by its description", arguments: UserField.all)
    func columns(field: UserField) throws {
        func values(_ batch: DecodedBatch) -> [UInt8] {
            switch batch.column(of: field) {
            case .integers(let values), .timestamps(let values): Array("\(values)".utf8)
            case .booleans(let values): Array("\(values)".utf8)
            case .texts(let place): batch.withText(place, of: 0) { Array($0) }
            }
        }
        #expect(try values(Self.message(Self.changed(field))) != values(Self.message(Self.original)))
        for other in UserField.all where other != field {
            let batch = try Self.message(Self.changed(other))
            #expect(try values(batch) == values(Self.message(Self.original)), "\(other.column) moved \(field.column)")
        }
    }

    @Test("a delta sends a change of each field that counts", arguments: UserField.replaceable)
    func delta(field: UserField) {
        let filter = DeltaFilter(
            hasher: UserHasher(), index: UserIndex(expecting: 0), mode: .delta)
        #expect(filter.read([Self.original]) == [Self.original])
        let hasher = UserHasher()
        let known = DeltaFilter(hasher: hasher, index: DeltaTable([Self.original]).index(hasher), mode: .delta)
        #expect(known.read([Self.changed(field)]) == [Self.changed(field)])
    }

    @Test("one key, one version, and no two fields with one name")
    func description() {
        #expect(UserField.all.filter { $0.role == .key }.count == 1)
        #expect(UserField.all.filter { $0.role == .version }.count == 1)
        #expect(Set(UserField.all.map(\.column)).count == UserField.all.count)
        #expect(Set(UserField.all.map(\.jsonKey)).count == UserField.all.count)
    }
}

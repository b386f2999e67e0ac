import Fuzzing
import Testing

@testable import SyncCore

@Suite("Users whose record came damaged")
struct NamedUsersTests {
    private static let table = DeltaTable([SampleUser(userName: "ana"), SampleUser(userName: "bo")])

    private static func named(_ name: String, _ body: (UnsafeRawBufferPointer) -> Void) {
        Array(name.utf8).withUnsafeBytes(body)
    }

    @Test(
        "a user who was named is not missing, in this attempt alone; a name that the table does not hold changes nothing"
    )
    func filter() {
        let hasher = UserHasher()
        let filter = DeltaFilter(hasher: hasher, index: Self.table.index(hasher), mode: .delta)
        filter.beginAttempt(.delta)
        Self.named("ana") { filter.noteNamed($0) }
        Self.named("nobody") { filter.noteNamed($0) }
        #expect(filter.missingUsers == 1)
        #expect(!filter.needsProof)
        filter.beginAttempt(.delta)
        #expect(filter.missingUsers == 2)
    }

    @Test("naming a user sends nothing and skips nothing: a later record of the same name is judged as if alone")
    func judged() {
        let hasher = UserHasher()
        let filter = DeltaFilter(hasher: hasher, index: Self.table.index(hasher), mode: .delta)
        filter.beginAttempt(.delta)
        Self.named("ana") { filter.noteNamed($0) }
        #expect(filter.judge(SampleUser(userName: "ana")) == .skip)
        #expect(filter.judge(SampleUser(userName: "ana", createdAt: .max)) == .send)
    }

    @Test("a forecast counts a user who was only named neither as missing nor as unchanged nor as a record")
    func forecast() {
        let hasher = UserHasher()
        var forecast = SyncForecast(hasher: hasher, index: Self.table.index(hasher))
        Self.named("ana") { forecast.noteNamed($0) }
        SampleUser(userName: "bo").withRecord { forecast.receive($0) }
        let outcome = forecast.outcome()
        #expect(outcome.missing == 0)
        #expect(outcome.unchanged == 1)
        #expect(outcome.repeated == 0)
    }
}

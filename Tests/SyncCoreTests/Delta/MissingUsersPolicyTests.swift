import Testing

@testable import SyncCore

@Suite("Missing users policy")
struct MissingUsersPolicyTests {
    private let policy = MissingUsersPolicy(action: .softDelete, maximumPercent: 5)

    @Test("nobody is touched unless asked for")
    func keep() {
        let keep = MissingUsersPolicy(action: .keep, maximumPercent: 100)
        #expect(keep.decide(missing: 3, live: 3, damagedRecords: 0) == .keep)
        #expect(policy.decide(missing: 0, live: 100, damagedRecords: 3) == .keep)
    }

    @Test("the share that may go is a limit, and one user beyond it is refused")
    func limit() {
        #expect(policy.decide(missing: 5, live: 100, damagedRecords: 0) == .softDelete)
        #expect(policy.decide(missing: 6, live: 100, damagedRecords: 0) == .refuse)
        #expect(policy.decide(missing: 6, live: 100, damagedRecords: 9) == .refuse)
        let none = MissingUsersPolicy(action: .softDelete, maximumPercent: 0)
        #expect(none.decide(missing: 1, live: 1_000_000, damagedRecords: 0) == .refuse)
    }

    @Test("while a damaged record may be one of them, nobody goes")
    func damage() {
        #expect(policy.decide(missing: 1, live: 100, damagedRecords: 1) == .postpone)
    }
}

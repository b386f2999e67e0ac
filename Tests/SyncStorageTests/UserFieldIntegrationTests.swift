import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("A change of each field of a user")
struct UserFieldIntegrationTests {
    private static let original = TestUser(
        name: "ana", id: 1, email: "ana@example.com", createdAt: 1_700_000_000_000_000, deleted: false)

    private static func changed(_ field: UserField) -> TestUser {
        var user = original
        switch field {
        case .legacyID: user.id += 1
        case .email: user.email = "new@example.com"
        case .createdAt: user.createdAt += 1
        case .deleted: user.deleted = true
        default: Issue.record("the test does not know \(field.column): teach it")
        }
        return user
    }

    @Test("reaches the row, the ledger, the report and what is shown of the user", arguments: UserField.replaceable)
    func reachesEverything(field: UserField) async throws {
        try await withDatabase { database in
            _ = try await database.store.apply(try batch(1, 1, [Self.original]))
            let reader = UserReader(connection: database.connection)
            let before = try #require(try await reader.user(named: "ana"))
            _ = try await database.connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            let changed = Self.changed(field)
            let outcome = try await database.store.apply(try batch(2, 1, [changed]))
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 0, updated: 1, unchanged: 0)))
            #expect(try await database.users() == ["ana": changed])

            let after = try #require(try await reader.user(named: "ana"))
            let different = zip(UserField.all, zip(before.values, after.values)).filter { $0.1.0 != $0.1.1 }.map(\.0)
            #expect(different == [field])
            var report = ReportedChanges()
            _ = try await ChangedUserReader(connection: database.connection).read(of: 2, into: &report)
            #expect(report.changes == [field == .deleted ? .newlyDeleted : .updated])

            let again = try await database.store.apply(try batch(2, 2, [changed]))
            #expect(again == .applied(.init(duplicates: 0, inserted: 0, updated: 0, unchanged: 1)))
        }
    }

    private struct ReportedChanges: ChangedUserSink {
        var changes: [UserChange] = []

        mutating func receive(_ user: ChangedUser) { changes.append(user.change) }
        nonisolated(nonsending) mutating func flush() async throws {}
    }
}

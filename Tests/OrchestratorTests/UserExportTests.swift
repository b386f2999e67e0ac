import SyncStorage
import Synchronization
import Testing

@testable import Orchestrator

@Suite("An export of users")
struct UserExportTests {
    private final class Table: Sendable {
        let names: [String]
        let asked = Mutex<[String?]>([])

        init(_ count: Int) {
            names = (0..<count).map { "user \(String(1_000_000 + $0).dropFirst())" }
        }

        func page(after name: String?) -> [StoredUser] {
            asked.withLock { $0.append(name) }
            return names.drop { candidate in name.map { candidate <= $0 } ?? false }.prefix(UserExport.pageSize).map {
                StoredUser.sample($0)
            }
        }
    }

    private func run(_ count: Int, _ format: UserLines.Format = .csv) async throws -> (parts: [String], table: Table) {
        let table = Table(count)
        var export = UserExport(format: format) { table.page(after: $0) }
        var parts: [String] = []
        while let part = try await export.next() { parts.append(String(decoding: part, as: UTF8.self)) }
        #expect(try await export.next() == nil)
        return (parts, table)
    }

    @Test(
        "holds every user once, whether the last page is full, short or empty",
        arguments: [0, 1, 999, 1000, 1001, 3000])
    func complete(count: Int) async throws {
        let (parts, table) = try await run(count)
        let lines = parts.joined().split(separator: "\n")
        #expect(lines.first?.hasPrefix("user_name,") == true)
        // In quotes, as they hold a space.
        #expect(lines.dropFirst().map { String($0.dropFirst().prefix(11)) } == table.names)
        #expect(table.asked.withLock { $0.count } == count / UserExport.pageSize + 1)
    }

    @Test("reads a page only when the one before was taken, and never more than a page")
    func oneAtATime() async throws {
        let table = Table(5000)
        var export = UserExport(format: .jsonl) { table.page(after: $0) }
        for taken in 1...3 {
            let part = try #require(try await export.next())
            #expect(part.count { $0 == UInt8(ascii: "\n") } == UserExport.pageSize)
            #expect(table.asked.withLock { $0.count } == taken)
        }
        #expect(table.asked.withLock { $0 } == [nil, table.names[999], table.names[1999]])
    }

    @Test("of nobody is empty in JSON lines, and a line of names in CSV")
    func nobody() async throws {
        #expect(try await run(0, .jsonl).parts == [""])
        #expect(try await run(0, .csv).parts.joined().split(separator: "\n").count == 1)
    }

    @Test("ends with the error of its page")
    func failure() async throws {
        struct Away: Error {}
        var export = UserExport(format: .csv) { _ in throw Away() }
        await #expect(throws: Away.self) { _ = try await export.next() }
    }
}

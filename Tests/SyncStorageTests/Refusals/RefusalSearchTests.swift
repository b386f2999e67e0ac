import TestSupport
import Testing

@testable import SyncStorage

@Suite("Finding the users whom the database refuses")
struct RefusalSearchTests {
    private static let refusal = Refusal(sqlState: "22001", message: "value too long")
    private static let conflict = Refusal(sqlState: "23505", constraint: "users_email_key", message: "duplicate key")

    /// Runs a search against a database that refuses some places.
    /// - Returns: what was refused, what was applied, and how many tries it took.
    private static func search(
        _ users: Int, refusing bad: Set<Int>, as refusal: Refusal = refusal
    ) throws -> (refused: Set<Int>, applied: [Int], tries: Int) {
        var search = RefusalSearch(users: users)
        var applied: [Int] = []
        var tries = 0
        while let part = search.next() {
            tries += 1
            if bad.isDisjoint(with: part) { applied += part } else { try search.refused(part, refusal) }
        }
        return (Set(search.refusals.keys), applied, tries)
    }

    @Test("finds them all and nobody else, and each of the others is applied once", arguments: 1...40)
    func exact(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let users = Int.random(in: 1...1000, using: &generator)
        let bad = Set(
            (0..<Int.random(in: 0...10, using: &generator)).map { _ in Int.random(in: 0..<users, using: &generator) })
        for refusal in [Self.refusal, Self.conflict] {
            let found = try Self.search(users, refusing: bad, as: refusal)
            #expect(found.refused == bad)
            #expect(found.applied == (0..<users).filter { !bad.contains($0) })
        }
    }

    @Test("costs two tries per halving for each, whatever the size of the batch")
    func cost() throws {
        #expect(try Self.search(1000, refusing: []).tries == 1)
        #expect(try Self.search(1000, refusing: [7]).tries <= 2 * 10 + 1)
        #expect(try Self.search(1000, refusing: Set(stride(from: 0, to: 1000, by: 100))).tries <= 10 * 2 * 10)
    }

    @Test("more than ten users and more than one in ten are too many; the search ends at once")
    func tooMany() throws {
        #expect(try Self.search(20, refusing: Set(0..<10)).refused.count == 10)
        #expect(try Self.search(110, refusing: Set(0..<11)).refused.count == 11)
        #expect(throws: TooManyRefusals.self) { try Self.search(109, refusing: Set(0..<11)) }
        let error = #expect(throws: TooManyRefusals.self) { try Self.search(1000, refusing: Set(0..<1000)) }
        #expect(error?.refused == 101)
    }

    @Test("what a trigger says is kept as one printable line of bounded length")
    func message() {
        let letter = "e" + String(repeating: "\u{301}", count: 100_000)
        let message = Refusal(sqlState: "P0001", message: "no\u{1B}[31m\n\u{202E}\(letter)").message
        #expect(message.utf8.starts(with: "no [31m ?e".utf8) && message.unicodeScalars.count <= 501)
    }

    @Test("a user who is refused for what others are is tried again after them, once")
    func secondTry() throws {
        var search = RefusalSearch(users: 4)
        var tried: [Range<Int>] = []
        while let part = search.next() {
            tried.append(part)
            // User 1 has an address that user 3 gives up.
            let threeIsDone = tried.dropLast().contains { $0.contains(3) && $0.count <= 2 && !$0.contains(1) }
            if part.contains(1), !threeIsDone { try search.refused(part, Self.conflict) }
        }
        #expect(search.refusals.isEmpty)
        #expect(tried == [0..<4, 0..<2, 0..<1, 1..<2, 2..<4, 1..<2])
    }
}

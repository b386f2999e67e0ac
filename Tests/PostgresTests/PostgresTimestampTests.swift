import Testing

@testable import Postgres

@Suite("Times on the wire") struct PostgresTimestampTests {
    @Test(
        "PostgreSQL counts from 2000",
        arguments: [(946_684_800_000_000, 0), (0, -946_684_800_000_000), (946_684_800_000_001, 1)])
    func known(_ unix: Int64, _ wire: Int64) {
        #expect(PostgresTimestamp.wire(microsecondsSinceUnixEpoch: unix) == wire)
        #expect(PostgresTimestamp.microsecondsSinceUnixEpoch(wire: wire) == unix)
    }

    @Test("a time too early for the wire becomes one the server refuses, never infinity and never a later time")
    func tooEarly() {
        for unix in [Int64.min, Int64.min + 1, Int64.min + PostgresTimestamp.epochOffset] {
            #expect(PostgresTimestamp.wire(microsecondsSinceUnixEpoch: unix) == Int64.min + 1)
        }
    }

    @Test("infinity and times beyond 64 bits are no times")
    func noTimes() {
        for wire in [Int64.min, Int64.max, Int64.max - 1, Int64.max - PostgresTimestamp.epochOffset + 1] {
            #expect(PostgresTimestamp.microsecondsSinceUnixEpoch(wire: wire) == nil)
        }
        #expect(
            PostgresTimestamp.microsecondsSinceUnixEpoch(wire: Int64.max - PostgresTimestamp.epochOffset) == Int64.max)
    }
}

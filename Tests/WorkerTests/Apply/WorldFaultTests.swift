import Postgres
import SyncCore
import Testing

@testable import Worker

@Suite("Whom a failure is about")
struct WorldFaultTests {
    @Test(
        "what names a value, a constraint or a trigger is the batch's",
        arguments: ["22001", "23505", "23514", "P0001", "22P03"])
    func batch(sqlState: String) {
        #expect(WorldFault(PostgresError.server(sqlState)) == nil)
    }

    @Test(
        "what names login, database, rights, schema, resources or state is the world's",
        arguments: [
            "28000", "28P01", "3D000", "3F000", "42501", "42P01", "42703", "25006", "53100", "53200", "53300", "57P01",
            "57P03", "40001", "40P01", "55P03", "57014", "58030", "XX000", "0A000",
        ])
    func world(sqlState: String) {
        #expect(WorldFault(PostgresError.server(sqlState))?.dependency == .database)
    }

    @Test(
        "no batch can refuse a login, fill a disk or make a server read-only; it can exceed a time limit, or crash a trigger"
    )
    func beyondBatch() {
        for state in ["28000", "28P01", "3D000", "25006", "53100", "53300", "57P01", "57P03"] {
            #expect(WorldFault(PostgresError.server(state))?.isBeyondBatch == true, "\(state)")
        }
        for state in ["40P01", "57014", "53200", "XX000", "42P01"] {
            #expect(WorldFault(PostgresError.server(state))?.isBeyondBatch == false, "\(state)")
        }
        #expect(WorldFault(PostgresError.unreachable)?.isBeyondBatch == true)
        let lost = PostgresError(.connectionLost, operation: "apply", message: "x")
        #expect(WorldFault(lost)?.isBeyondBatch == false)
    }

    @Test(
        "an end that this process brought about itself is nobody's fault",
        arguments: [PostgresError.Code.cancelled, .poolClosed])
    func own(code: PostgresError.Code) {
        #expect(WorldFault(PostgresError(code, operation: "apply", message: "x")) == nil)
        #expect(WorldFault(CancellationError()) == nil)
    }
}

import Postgres
import Testing

@testable import SyncStorage

@Suite("What a sync under way waits out")
struct OutageTests {
    private static func error(_ sqlState: String) -> PostgresError {
        PostgresError(.server, operation: "SELECT", message: "made up", sqlState: sqlState)
    }

    @Test(
        "a table or schema that is renamed for a moment, as well as a server that is away",
        arguments: ["42P01", "3F000", "3D000", "25006", "28P01", "53100", "55P03", "57P01", "08006", "40001"])
    func waited(sqlState: String) {
        #expect(Self.error(sqlState).isOutage)
    }

    @Test(
        "no missing right or column, and nothing that a statement or its values bring about",
        arguments: ["42501", "42703", "42883", "42601", "22001", "23505", "0A000", "P0001", "XX000"])
    func final(sqlState: String) {
        #expect(!Self.error(sqlState).isOutage)
    }
}

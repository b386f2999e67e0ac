import Postgres
import Testing

@testable import SyncStorage

@Suite("A first connection that fails")
struct TypingMistakeTests {
    private static func error(_ code: PostgresError.Code, _ sqlState: String? = nil) -> PostgresError {
        PostgresError(code, operation: "connect", message: "made up", sqlState: sqlState)
    }

    static let mistakes = [
        error(.unknownHost), error(.connectFailed, "28P01"), error(.connectFailed, "28000"),
        error(.connectFailed, "3D000"),
    ]

    static let outages = [
        error(.connectFailed), error(.connectFailed, "57P03"), error(.connectFailed, "53300"), error(.connectTimedOut),
        error(.connectionLost),
    ]

    @Test(
        "is final at once for a person whose host, login or database is wrong, and waited out by a program",
        arguments: mistakes)
    func mistaken(_ error: PostgresError) {
        #expect(error.isTypingMistake)
        #expect(!error.isWaitedFor(isTyped: true) && error.isWaitedFor(isTyped: false))
    }

    @Test("is waited out for a person too while the server is away", arguments: outages)
    func away(_ error: PostgresError) {
        #expect(!error.isTypingMistake)
        #expect(error.isWaitedFor(isTyped: true) && error.isWaitedFor(isTyped: false))
    }
}

import Testing

@testable import Postgres

@Suite("Errors") struct PostgresErrorTests {
    @Test(
        "what may pass by itself is transient",
        arguments: [
            "08000", "08001", "08003", "08004", "08006", "08007", "25006", "25P03", "40000", "40001", "40003", "40P01",
            "53000", "53100", "53200", "53300", "55006", "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "58000",
            "58030",
        ])
    func transient(_ code: String) {
        #expect(PostgresError(.server, operation: "test", message: "m", sqlState: code).isTransient)
        #expect(PostgresError(.connectFailed, operation: "test", message: "m", sqlState: code).isTransient)
    }

    @Test(
        "what would fail again is not transient",
        arguments: [
            "08P01", "0A000", "22001", "22021", "22P02", "23502", "23503", "23505", "23514", "26000", "28000", "28P01",
            "3D000", "40002", "42501", "42601", "42703", "42P01", "53400", "54000", "57P04", "58P01", "P0001", "XX000",
            "XX001",
        ])
    func lasting(_ code: String) {
        #expect(!PostgresError(.server, operation: "test", message: "m", sqlState: code).isTransient)
        #expect(!PostgresError(.connectFailed, operation: "test", message: "m", sqlState: code).isTransient)
    }

    @Test("without a SQLSTATE the kind of failure decides")
    func kinds() {
        let transient: [PostgresError.Code] = [
            .connectFailed, .unknownHost, .connectTimedOut, .connectionLost, .commitOutcomeUnknown, .connectionClosed,
            .timedOut,
            .poolTimedOut, .outOfResources,
        ]
        let lasting: [PostgresError.Code] = [
            .server, .transactionRolledBack, .cancelled, .poolClosed, .invalidConfiguration, .invalidParameter,
            .invalidResultAccess, .misuse, .protocolViolation, .transactionPooling,
        ]
        for code in transient { #expect(PostgresError(code, operation: "test", message: "m").isTransient) }
        for code in lasting { #expect(!PostgresError(code, operation: "test", message: "m").isTransient) }
    }

    @Test("a description says what was tried, what happened and what to do")
    func description() {
        let error = PostgresError(
            .server, operation: "execute upsert", message: "deadlock detected", sqlState: "40P01", constraint: "c",
            table: "users")
        #expect(
            "\(error)"
                == "PostgreSQL execute upsert: deadlock detected (SQLSTATE 40P01, constraint c, table users). Try the transaction again"
        )
        #expect("\(PostgresError(.poolClosed, operation: "take", message: "m"))" == "PostgreSQL take: m (poolClosed)")
    }

    @Test("values that a data exception quotes are taken out; names in other messages stay")
    func valuesAreTakenOut() {
        let refused = "invalid input syntax for type bigint: \"it's \"my\" secret\""
        #expect(SQLState.withoutValues(refused, code: "22P02") == "invalid input syntax for type bigint: \"…\"")
        #expect(SQLState.withoutValues("value too long", code: "22001") == "value too long")
        #expect(SQLState.withoutValues("one \" quote", code: "22000") == "one \" quote")
        let missing = "missing data for column \"email\""
        #expect(SQLState.withoutValues(missing, code: "22P04") == missing)
        let relation = "relation \"users\" does not exist"
        #expect(SQLState.withoutValues(relation, code: "42P01") == relation)
    }

    @Test("a failed attempt's report is read: SQLSTATE taken out, detail and server dropped, each try once")
    func connectReport() {
        let one = ServerMessage.connectFailure(
            """
            connection to server at "db", port 5432 failed: FATAL:  53300: sorry, too many clients already
            DETAIL:  something
            LOCATION:  ProcArrayAdd, procarray.c:342

            """)
        #expect(one.sqlState == "53300")
        #expect(one.message == "FATAL: sorry, too many clients already")
        let two = ServerMessage.connectFailure(
            """
            connection to server at "a", port 1 failed: Connection refused
            \tIs the server running on that host and accepting TCP/IP connections?
            connection to server at "b", port 2 failed: FATAL:  57P03: the database system is starting up

            """)
        #expect(two.sqlState == "57P03")
        #expect(two.message == "Connection refused; FATAL: the database system is starting up")
        #expect(ServerMessage.connectFailure("").message == "no reason given")
        #expect(ServerMessage.connectFailure("timeout:  12").sqlState == nil)
    }
}

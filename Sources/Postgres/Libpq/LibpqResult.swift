import CLibpq
import Glibc

/// Owns one `PGresult` and frees it.
///
/// `@unchecked Sendable`: a `PGresult` is read-only once libpq has handed it over, and libpq documents that it may then
/// be passed between threads (<https://www.postgresql.org/docs/15/libpq-threading.html>). Nothing here changes it.
final class LibpqResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    let status: ExecStatusType

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        status = PQresultStatus(pointer)
    }

    deinit { PQclear(pointer) }

    var isError: Bool { Self.isError(status) }

    static func isError(_ status: ExecStatusType) -> Bool {
        status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR
    }

    // MARK: Rows

    var rowCount: Int { Int(PQntuples(pointer)) }
    var columnCount: Int { Int(PQnfields(pointer)) }

    /// Rows that INSERT, UPDATE, DELETE, MERGE, SELECT or COPY touched; 0 for other commands.
    var affectedRows: Int {
        guard let text = PQcmdTuples(pointer) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command tag, for example `COMMIT`.
    var commandTag: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    func columnName(_ column: Int) -> String {
        PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? ""
    }

    /// Whether a column has this name, compared in place: nothing is allocated.
    func columnHasName(_ column: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let found = PQfname(pointer, Int32(column)), strlen(found) == name.count else { return false }
        guard let start = name.baseAddress else { return true }
        return memcmp(found, start, name.count) == 0
    }

    func columnTypeOID(_ column: Int) -> UInt32 { PQftype(pointer, Int32(column)) }

    func isNull(row: Int, column: Int) -> Bool { PQgetisnull(pointer, Int32(row), Int32(column)) == 1 }

    /// Calls `body` with a value's bytes, valid during the call; row and column must exist.
    func withBytes<R, E: Error>(
        row: Int, column: Int, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        let start = PQgetvalue(pointer, Int32(row), Int32(column))
        let count = Int(PQgetlength(pointer, Int32(row), Int32(column)))
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    // MARK: Errors

    var sqlState: String? { field(LIBPQ_FIELD_SQLSTATE) }
    var severity: String? { field(LIBPQ_FIELD_SEVERITY) }
    var primaryMessage: String? { field(LIBPQ_FIELD_MESSAGE_PRIMARY) }

    /// What the server reported, or what libpq did when there is no SQLSTATE.
    func error(operation: String) -> PostgresError {
        guard let sqlState else {
            let text = PQresultErrorMessage(pointer).map { String(cString: $0) } ?? ""
            return PostgresError(
                .protocolViolation, operation: operation, message: ServerMessage.firstLine(text) ?? "no answer")
        }
        let own = Self.raisedText(pointer)
        return PostgresError(
            .server, operation: operation,
            message: own ?? SQLState.withoutValues(primaryMessage ?? "error without a message", code: sqlState),
            sqlState: sqlState, severity: severity, constraint: field(LIBPQ_FIELD_CONSTRAINT_NAME),
            table: field(LIBPQ_FIELD_TABLE_NAME), column: field(LIBPQ_FIELD_COLUMN_NAME))
    }

    /// What stands in the place of a text that a function of the database made with RAISE, for errors and notices alike: it may hold
    /// users' data. Nil for the server's own texts.
    static func raisedText(_ pointer: OpaquePointer) -> String? {
        guard field(pointer, LIBPQ_FIELD_SOURCE_FUNCTION) == "exec_stmt_raise" else { return nil }
        // `PL/pgSQL function check_user() line 3 at RAISE`, and below it what called it.
        let place = field(pointer, LIBPQ_FIELD_CONTEXT).flatMap(ServerMessage.firstLine)
        return "raised by \(place ?? "a function"); its text is not shown, since it may hold users' data"
    }

    private func field(_ code: Int) -> String? { Self.field(pointer, code) }

    static func field(_ pointer: OpaquePointer, _ code: Int) -> String? {
        PQresultErrorField(pointer, Int32(code)).map { String(cString: $0) }
    }
}

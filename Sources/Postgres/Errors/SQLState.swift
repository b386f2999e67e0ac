/// What the server's five-character error codes mean for the caller.
///
/// Source of the codes: PostgreSQL documentation, appendix A
/// (<https://www.postgresql.org/docs/15/errcodes-appendix.html>). The first two characters are the class.
enum SQLState {
    /// `query_canceled`: by a cancel request, by `statement_timeout`, or by an administrator.
    static let queryCanceled = "57014"
    /// `invalid_sql_statement_name`: here, a prepared statement that the server no longer knows.
    static let invalidStatementName = "26000"
    /// `feature_not_supported`: also what a prepared statement says whose result type has changed since.
    static let featureNotSupported = "0A000"
    /// `read_only_sql_transaction`: after a failover, the sign of a connection that still leads to the old primary.
    static let readOnlyTransaction = "25006"

    /// Whether trying the same work again, on a new connection, may succeed with nothing changed.
    ///
    /// | code | name | why |
    /// | --- | --- | --- |
    /// | 08xxx | connection exceptions | the network or a restart; but 08P01 `protocol_violation` is a defect |
    /// | 25006 | `read_only_sql_transaction` | a failover, or a full disk: a new connection finds out |
    /// | 25P03, 25P04 | idle-in-transaction and transaction timeout | the server ended a slow session |
    /// | 40xxx | transaction rollback: serialization failure, deadlock | made to be retried; but 40002 is a constraint |
    /// | 53000, 53100, 53200, 53300 | insufficient resources: disk, memory, connections | load passes, an operator helps |
    /// | 55006, 55P03 | object in use, lock not available | someone else's lock passes |
    /// | 57014 | `query_canceled` | a statement timeout or an administrator; a cancelled task has its own code |
    /// | 57P01, 57P02, 57P03, 57P05 | shutdown, crash, starting up, idle session timeout | the server comes back |
    /// | 58000, 58030 | system and I/O errors of the server | of the server's machine, not of the statement |
    ///
    /// Not transient although near: 53400 `configuration_limit_exceeded` (the same work meets the same limit) and
    /// 57P04 `database_dropped`.
    static func isTransient(_ code: String) -> Bool {
        switch code {
        case "08P01", "40002": false
        case "25006", "25P03", "25P04": true
        case "53000", "53100", "53200", "53300": true
        case "55006", "55P03": true
        case "57014", "57P01", "57P02", "57P03", "57P05": true
        case "58000", "58030": true
        default: code.hasPrefix("08") || code.hasPrefix("40")
        }
    }

    /// What to do about a code, where more can be said than its message does.
    static func advice(_ code: String) -> String? {
        switch code {
        case "53300": "Lower the number of workers or pool sizes, or raise max_connections"
        case "53100": "Free disk space on the database server"
        case "28P01", "28000": "Check user and password in the connection settings, and pg_hba.conf"
        case "3D000": "Create the database, or correct its name in the connection settings"
        case "42P01", "42703": "Run the migrations"
        case "42501": "Grant the role the missing privilege"
        case "25006": "Connect to the primary, and look at default_transaction_read_only"
        case "57P03": "The server is starting or stopping: try again"
        case "40001", "40P01": "Try the transaction again"
        default: nil
        }
    }

    /// The server's primary message with column values taken out.
    ///
    /// Messages of class 22 (data exceptions) quote the value that was refused, as in `invalid input syntax for type
    /// bigint: "…"`; other classes quote names of the schema. 22P04 (bad COPY format) quotes column names only.
    static func withoutValues(_ message: String, code: String) -> String {
        guard code.hasPrefix("22"), code != "22P04" else { return message }
        return withoutQuotedText(message)
    }

    /// `message` with everything between its first and its last double quote replaced by `…`.
    ///
    /// From first to last, and not pair by pair: the value inside may hold quotes of its own.
    static func withoutQuotedText(_ message: String) -> String {
        guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last else {
            return message
        }
        return message[...first] + "…" + message[last...]
    }
}

extension SQLState {
    /// Whether the server did not let the user in: `invalid_authorization_specification`, `invalid_password`.
    static func isRefusedLogin(_ code: String?) -> Bool { code == "28000" || code == "28P01" }

    /// Whether the server ends the connection with this error.
    static func isFatal(severity: String?) -> Bool { severity == "FATAL" || severity == "PANIC" }

    /// Whether a prepared statement has to be prepared anew: the server has lost it, or the tables under it changed.
    static func invalidatesPreparedStatement(_ error: PostgresError) -> Bool {
        error.sqlState == invalidStatementName
            || error.sqlState == featureNotSupported && error.message.hasPrefix("cached plan")
    }
}

/// One row of a result. Its values are read by the name of their column.
///
///     let row = try await connection.query("SELECT id, finished_at FROM sync_logs …").single()
///     let id = try row.int8("id")
///     let finishedAt = try row.ifPresent("finished_at", row.timestamptz)
///
/// Getters throw `.invalidResultAccess`, and say which column it was: there is none with this name, there are several, it is
/// NULL (use ``ifPresent(_:_:)`` where that is allowed), or it has another type. The error never shows the value.
///
/// A look-up compares the name with those of the result's columns, in place. Nothing is allocated.
package struct PostgresRow: Sendable {
    package let result: PostgresResult
    package let index: Int

    package func isNull(_ column: some PostgresColumn) throws(PostgresError) -> Bool {
        try result.isNull(row: index, column: column)
    }

    /// An integer of any width, or an `oid`.
    package func int8(_ column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try result.int8(row: index, column: column)
    }

    /// An integer of any width, as Swift's own integer: for counts.
    package func int(_ column: some PostgresColumn) throws(PostgresError) -> Int {
        Int(try result.int8(row: index, column: column))
    }

    /// A text of any kind, an enum or JSON.
    package func text(_ column: some PostgresColumn) throws(PostgresError) -> String {
        try result.text(row: index, column: column)
    }

    package func bool(_ column: some PostgresColumn) throws(PostgresError) -> Bool {
        try result.bool(row: index, column: column)
    }

    /// A `float8` or `float4`.
    package func double(_ column: some PostgresColumn) throws(PostgresError) -> Double {
        try result.double(row: index, column: column)
    }

    /// A `timestamptz` in microseconds since the Unix epoch.
    package func timestamptz(_ column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try result.timestamptz(row: index, column: column)
    }

    /// A `timestamptz`, or a `timestamp` that holds UTC, in microseconds since the Unix epoch: for tables of other programs.
    package func utcTime(_ column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try result.utcTime(row: index, column: column)
    }

    /// As ``utcTime(_:)``; nil for an infinite time.
    package func finiteUTCTime(_ column: some PostgresColumn) throws(PostgresError) -> Int64? {
        try result.finiteUTCTime(row: index, column: column)
    }

    /// What `get` reads, or nil where the column is NULL: `try row.ifPresent("email", row.text)`.
    package func ifPresent<R>(
        _ column: String, _ get: (String) throws(PostgresError) -> R
    ) throws(PostgresError) -> R? {
        try isNull(column) ? nil : try get(column)
    }
}

extension PostgresResult {
    /// The rows in order.
    package struct Rows: RandomAccessCollection, Sendable {
        let result: PostgresResult

        package var startIndex: Int { 0 }
        package var endIndex: Int { result.rowCount }

        package subscript(index: Int) -> PostgresRow { PostgresRow(result: result, index: index) }
    }

    package var rows: Rows { Rows(result: self) }

    /// The only row of a result.
    /// - Throws: `PostgresError` with code `.invalidResultAccess` when there is none, or more than one.
    package func single() throws(PostgresError) -> PostgresRow {
        guard rowCount == 1 else { throw refused("the result has \(rowCount) rows where one was expected") }
        return PostgresRow(result: self, index: 0)
    }
}

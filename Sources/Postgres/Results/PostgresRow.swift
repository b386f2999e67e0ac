/// One row of a result.
package struct PostgresRow: Sendable {
    package let result: PostgresResult
    package let index: Int

    package func isNull(_ column: some PostgresColumn) throws(PostgresError) -> Bool {
        try result.isNull(row: index, column: column)
    }

    package func int8(_ column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try result.int8(row: index, column: column)
    }

    package func text(_ column: some PostgresColumn) throws(PostgresError) -> String {
        try result.text(row: index, column: column)
    }

    package func bool(_ column: some PostgresColumn) throws(PostgresError) -> Bool {
        try result.bool(row: index, column: column)
    }

    package func double(_ column: some PostgresColumn) throws(PostgresError) -> Double {
        try result.double(row: index, column: column)
    }

    package func timestamptz(_ column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try result.timestamptz(row: index, column: column)
    }

    /// `get` of this row, or nil where the column is null: `try row.ifPresent("email", row.text)`.
    package func ifPresent<C: PostgresColumn, R>(
        _ column: C, _ get: (C) throws(PostgresError) -> R
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
}

/// What a statement returned, whole, in libpq's memory; values are decoded when they are asked for.
///
/// Getters throw `.invalidResultAccess` for a row, column or type that is not there; the error never shows the value.
package struct PostgresResult: Sendable {
    private let result: LibpqResult
    private let operation: String

    init(_ result: LibpqResult, operation: String) {
        self.result = result
        self.operation = operation
    }

    package var rowCount: Int { result.rowCount }
    package var columnCount: Int { result.columnCount }
    /// Rows that the statement inserted, updated, deleted or selected; 0 where that does not apply.
    package var affectedRows: Int { result.affectedRows }
    /// What the server says it did, for example `INSERT 0 1000`.
    package var commandTag: String { result.commandTag }
    package var columnNames: [String] { (0..<columnCount).map(result.columnName) }

    /// The position of the column with this exact name.
    func position(of name: String) -> PostgresColumnPosition {
        var found = PostgresColumnPosition.absent
        var name = name
        name.withUTF8 { name in
            for column in 0..<columnCount where result.columnHasName(column, name) {
                found = found == .absent ? .at(column) : .ambiguous
            }
        }
        return found
    }

    package func isNull(row: Int, column: some PostgresColumn) throws(PostgresError) -> Bool {
        result.isNull(row: row, column: try position(row, column))
    }

    /// An integer column of any width, or an `oid`.
    package func int8(row: Int, column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try value(row, column, "an integer") { bytes, type in
            switch type {
            case PostgresTypeOID.int8: bytes.bigEndian(Int64.self)
            case PostgresTypeOID.int4: bytes.bigEndian(Int32.self).map(Int64.init)
            case PostgresTypeOID.int2: bytes.bigEndian(Int16.self).map(Int64.init)
            case PostgresTypeOID.oid: bytes.bigEndian(UInt32.self).map(Int64.init)
            default: nil
            }
        }
    }

    /// A text of any kind, an enum or JSON; the server has checked that it is UTF-8.
    package func text(row: Int, column: some PostgresColumn) throws(PostgresError) -> String {
        try value(row, column, "a text") { bytes, type in
            Self.isText(type) ? String(validating: bytes, as: UTF8.self) : nil
        }
    }

    package func bool(row: Int, column: some PostgresColumn) throws(PostgresError) -> Bool {
        try value(row, column, "a boolean") { bytes, type in
            type == PostgresTypeOID.bool && bytes.count == 1 ? bytes[0] != 0 : nil
        }
    }

    package func double(row: Int, column: some PostgresColumn) throws(PostgresError) -> Double {
        try value(row, column, "a floating-point number") { bytes, type in
            switch type {
            case PostgresTypeOID.float8: bytes.bigEndian(UInt64.self).map(Double.init(bitPattern:))
            case PostgresTypeOID.float4: bytes.bigEndian(UInt32.self).map { Double(Float(bitPattern: $0)) }
            default: nil
            }
        }
    }

    /// A `timestamptz` in microseconds since the Unix epoch; an infinite one is an error.
    package func timestamptz(row: Int, column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try value(row, column, "a finite timestamptz") { bytes, type in
            guard type == PostgresTypeOID.timestamptz, let wire = bytes.bigEndian(Int64.self) else { return nil }
            return PostgresTimestamp.microsecondsSinceUnixEpoch(wire: wire)
        }
    }

    /// A `timestamptz`, or a `timestamp` that holds UTC, in microseconds since the Unix epoch; an infinite one is an error.
    package func utcTime(row: Int, column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try value(row, column, "a finite time") { bytes, type in
            guard type == PostgresTypeOID.timestamptz || type == PostgresTypeOID.timestamp,
                let wire = bytes.bigEndian(Int64.self)
            else { return nil }
            return PostgresTimestamp.microsecondsSinceUnixEpoch(wire: wire)
        }
    }

    /// As ``utcTime(row:column:)``; nil for an infinite time.
    package func finiteUTCTime(row: Int, column: some PostgresColumn) throws(PostgresError) -> Int64? {
        try value(row, column, "a time") { bytes, type -> Int64?? in
            guard type == PostgresTypeOID.timestamptz || type == PostgresTypeOID.timestamp,
                let wire = bytes.bigEndian(Int64.self)
            else { return nil }
            return .some(PostgresTimestamp.microsecondsSinceUnixEpoch(wire: wire))
        }
    }

    /// Calls `body` with a value's bytes in PostgreSQL's binary form, valid during the call.
    package func withBytes<R>(
        row: Int, column: some PostgresColumn, _ body: (UnsafeRawBufferPointer) -> R
    ) throws(PostgresError) -> R {
        try value(row, column, "a value") { bytes, _ in body(bytes) }
    }

    // MARK: Finding and decoding

    private static func isText(_ type: UInt32) -> Bool {
        switch type {
        case PostgresTypeOID.text, PostgresTypeOID.varchar, PostgresTypeOID.bpchar, PostgresTypeOID.name,
            PostgresTypeOID.json, PostgresTypeOID.unknown:
            true
        // Types that a database defines itself: the binary form of an enum, a domain or citext is its text. Of another
        // one it is hardly ever valid UTF-8, and then this is an error.
        default: type >= 16_384
        }
    }

    private func position(_ row: Int, _ column: some PostgresColumn) throws(PostgresError) -> Int {
        guard (0..<rowCount).contains(row) else { throw refused("there is no row \(row), the result has \(rowCount)") }
        switch column.position(in: self) {
        case .at(let position): return position
        case .absent:
            throw refused("there is no column \(column.columnDescription) among \(columnNames.joined(separator: ", "))")
        case .ambiguous:
            throw refused("several columns are named \(column.columnDescription): give each its own name in SQL")
        }
    }

    private func value<R>(
        _ row: Int, _ column: some PostgresColumn, _ wanted: String,
        _ decode: (UnsafeRawBufferPointer, UInt32) -> R?
    ) throws(PostgresError) -> R {
        let position = try position(row, column)
        guard !result.isNull(row: row, column: position) else {
            throw refused("column \(column.columnDescription) of row \(row) is NULL where a value was expected")
        }
        let type = result.columnTypeOID(position)
        guard let value = result.withBytes(row: row, column: position, { decode($0, type) }) else {
            throw refused(
                "column \(column.columnDescription) (\(PostgresTypeOID.sqlName(of: type))) is not \(wanted): cast it in SQL"
            )
        }
        return value
    }

    func refused(_ message: String) -> PostgresError {
        PostgresError(.invalidResultAccess, operation: operation, message: message)
    }
}

extension UnsafeRawBufferPointer {
    /// The whole buffer as one big-endian integer; nil when its size differs.
    fileprivate func bigEndian<I: FixedWidthInteger>(_: I.Type) -> I? {
        count == MemoryLayout<I>.size ? I(bigEndian: loadUnaligned(as: I.self)) : nil
    }
}

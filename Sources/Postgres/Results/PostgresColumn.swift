/// A column of a result, by name or by position from 0.
package protocol PostgresColumn: Sendable {
    /// Where the column stands in a result.
    func position(in result: PostgresResult) -> PostgresColumnPosition
    /// How an error names it.
    var columnDescription: String { get }
}

/// Where a column stands among those of a result.
package enum PostgresColumnPosition: Sendable, Equatable {
    case at(Int)
    case absent
    /// Several columns have the name, so that none can be meant.
    case ambiguous
}

extension Int: PostgresColumn {
    package func position(in result: PostgresResult) -> PostgresColumnPosition {
        (0..<result.columnCount).contains(self) ? .at(self) : .absent
    }
    package var columnDescription: String { "\(self)" }
}

extension String: PostgresColumn {
    package func position(in result: PostgresResult) -> PostgresColumnPosition { result.position(of: self) }
    package var columnDescription: String { self }
}

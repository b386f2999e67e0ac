/// A column of a result, by position from 0 or by name.
package protocol PostgresColumn: Sendable {
    /// The column's position among `names`, nil when there is none.
    func position(in result: PostgresResult) -> Int?
    /// How an error names it.
    var columnDescription: String { get }
}

extension Int: PostgresColumn {
    package func position(in result: PostgresResult) -> Int? { (0..<result.columnCount).contains(self) ? self : nil }
    package var columnDescription: String { "\(self)" }
}

extension String: PostgresColumn {
    package func position(in result: PostgresResult) -> Int? { result.position(of: self) }
    package var columnDescription: String { self }
}

import Foundation
import Postgres
import TestSupport
import Testing

@Suite("docs/schema.md")
struct SchemaDocumentIntegrationTests {
    @Test("names every table and column of a migrated database, and no other")
    func columns() async throws {
        try await withDatabase { database in
            let result = try await database.connection.query(
                """
                SELECT table_name::text, column_name::text FROM information_schema.columns
                WHERE table_schema = current_schema()
                """)
            var existing: Set<String> = []
            for row in 0..<result.rowCount {
                existing.insert("\(try result.text(row: row, column: 0)).\(try result.text(row: row, column: 1))")
            }
            let documented = try Self.documentedColumns()
            #expect(existing.subtracting(documented).sorted() == [], "these are not on the page")
            #expect(documented.subtracting(existing).sorted() == [], "these are on the page only")
        }
    }

    /// What stands in backticks in the first column of the table under each heading that names a table, as `table.column`.
    private static func documentedColumns() throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/schema.md"), encoding: .utf8)
        var columns: Set<String> = []
        var table = ""
        for line in page.split(separator: "\n") {
            if line.hasPrefix("## ") { table = String(line.dropFirst(3)) }
            guard !table.contains(" "), line.hasPrefix("| `"), let cell = line.split(separator: "|").first else {
                continue
            }
            for name in cell.split(separator: "`").filter({ !$0.allSatisfy { ", ".contains($0) } }) {
                columns.insert("\(table).\(name)")
            }
        }
        return columns
    }
}

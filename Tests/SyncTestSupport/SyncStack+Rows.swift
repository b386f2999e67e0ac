import TestSupport

extension SyncStack {
    /// Everything that the stack's database holds, a row per line.
    package func allRows() async throws -> String {
        let tables = try await database.query(
            "SELECT string_agg(format('SELECT t::text FROM %I t', tablename), ' UNION ALL ') FROM pg_tables WHERE schemaname = 'public'"
        )
        guard !tables.isEmpty else { throw TestSupportError("there are no tables") }
        return try await database.query(tables)
    }
}

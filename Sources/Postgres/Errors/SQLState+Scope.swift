extension SQLState {
    /// A line of ``scopes``.
    struct ScopeRule: Sendable {
        /// Five characters for one code, two for the rest of a class.
        let prefix: String
        let scope: PostgresError.Scope
        let reason: String

        init(_ prefix: String, _ scope: PostgresError.Scope, _ reason: String) {
            self.prefix = prefix
            self.scope = scope
            self.reason = reason
        }
    }

    /// What each class of SQLSTATE is about; a code of its own wins over its class.
    ///
    /// The classes are those of PostgreSQL's `errcodes.txt`. A test holds the table against that file.
    static let scopes: [ScopeRule] = [
        ScopeRule("00", .row, "success: as an error, only a RAISE of a trigger can give this code"),
        ScopeRule("01", .row, "a warning: as an error, only a RAISE of a trigger can give this code"),
        ScopeRule("02", .row, "no data: as an error, only a RAISE of a trigger can give this code"),
        ScopeRule("03", .world, "SQL statement not yet complete: our statement, for every batch"),
        ScopeRule("08", .world, "connection exception: the network, a pooler or a foreign server"),
        ScopeRule("09", .row, "triggered action: a trigger refused the row"),
        ScopeRule(
            "0A", .world, "feature not supported: what the table is (partitioned, foreign), not what is written to it"),
        ScopeRule("0B", .world, "transaction initiation: our statement, for every batch"),
        ScopeRule("0F", .world, "large object locator: no value of ours is one"),
        ScopeRule("0L", .world, "grantor: rights"),
        ScopeRule("0P", .world, "role: rights"),
        ScopeRule("0Z", .world, "diagnostics: a function that is defined wrongly"),
        ScopeRule("20", .row, "case not found: a trigger has no branch for the row"),
        ScopeRule("21", .row, "cardinality: two rows meet on one, or a trigger found several; each alone may pass"),
        ScopeRule(
            "22", .row, "data exception: too long, out of range, not in the encoding, refused by a cast or a trigger"),
        ScopeRule("2200H", .world, "sequence exhausted: no new row can have an id until an operator widens it"),
        ScopeRule("22P03", .batch, "binary format: the parameters are laid out wrongly, all rows together"),
        ScopeRule("22P04", .batch, "COPY format: the stream of rows is laid out wrongly"),
        ScopeRule("23", .row, "integrity constraint: unique, check, foreign key, not null, exclusion, no partition"),
        ScopeRule("24", .world, "cursor state: our statement, or a function that is defined wrongly"),
        ScopeRule("25", .world, "transaction state: read-only server, session timeouts, a failed transaction"),
        ScopeRule("26", .world, "statement name: a pooler, or a session that was reset"),
        ScopeRule("27", .row, "triggered data change: a trigger changed the row that was being written"),
        ScopeRule("28", .world, "login refused"),
        ScopeRule("2B", .world, "dependent privileges or objects: schema"),
        ScopeRule("2D", .world, "transaction termination: our statement, or a function that is defined wrongly"),
        ScopeRule("2F", .world, "SQL routine: a function that is defined wrongly"),
        ScopeRule("2F005", .row, "function without RETURN: a trigger has no answer for the row"),
        ScopeRule("34", .world, "cursor name: a function that is defined wrongly"),
        ScopeRule("38", .row, "external routine: a trigger in another language refused the row"),
        ScopeRule("39", .world, "external routine invocation: a function that is defined wrongly"),
        ScopeRule("3B", .world, "savepoint: our statement, for every batch"),
        ScopeRule("3D", .world, "database missing or renamed"),
        ScopeRule("3F", .world, "schema missing"),
        ScopeRule(
            "40", .world, "transaction rollback: deadlock or serialization failure; the same work may pass at once"),
        ScopeRule("40002", .row, "transaction rollback by an integrity constraint"),
        ScopeRule("42", .world, "syntax, names and rights: table, column, function or privilege missing"),
        ScopeRule("44", .row, "WITH CHECK OPTION: a view refused the row"),
        ScopeRule("53", .world, "insufficient resources: disk, memory, connections"),
        ScopeRule("54", .world, "program limit: too many columns or arguments"),
        ScopeRule("54000", .row, "program limit: a value is too large for an index"),
        ScopeRule("54001", .row, "too complex: a trigger went too deep for the row"),
        ScopeRule("55", .world, "object state: in use, locked, not ready"),
        ScopeRule("57", .world, "operator intervention: shutdown, restart, cancelled, timed out"),
        ScopeRule("58", .world, "system error: the server's own disk or files"),
        ScopeRule("72", .world, "snapshot too old: the same work may pass at once"),
        ScopeRule("F0", .world, "configuration file of the server"),
        ScopeRule("HV", .world, "foreign data wrapper: another server"),
        ScopeRule("P0", .row, "PL/pgSQL: a trigger refused the row"),
        ScopeRule("XX", .world, "internal error: a defect or damage of the server"),
    ]

    private static let scopesByPrefix = Dictionary(uniqueKeysWithValues: scopes.map { ($0.prefix, $0.scope) })

    /// What an error with this code is about. A code of no known class was made up by a function or a trigger of another program,
    /// which speaks about the row.
    static func scope(_ code: String) -> PostgresError.Scope {
        scopesByPrefix[code] ?? scopesByPrefix[String(code.prefix(2))] ?? .row
    }
}

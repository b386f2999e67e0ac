import Postgres

/// What the catalog says about a table that another program may have made. ``TableRequirement`` judges it.
package struct ExistingTable: Sendable, Equatable {
    /// Kinds of relation that matter here; the raw values are those of `pg_class.relkind`.
    package enum Kind: String, Sendable {
        case table = "r"
        case partitioned = "p"
        case view = "v"
        case materializedView = "m"
        case foreign = "f"
    }

    package struct Column: Sendable, Equatable {
        package var name: String
        /// As `format_type` names it without length or precision. Of a domain, the type beneath it.
        package var type: String
        /// What stands in brackets behind a type: characters of a `varchar`, digits of a second of a `timestamp`; nil without.
        package var modifier: Int?
        package var isNotNull = false
        /// A default, an identity, or a domain's default.
        package var hasDefault = false
        package var isGenerated = false
        /// Equal only when the bytes are; also for types without a collation.
        package var comparesBytes = true
        /// A unique index over this column alone, valid, immediate, without a condition and in the column's own order.
        package var isUnique = false

        package init(name: String, type: String, modifier: Int? = nil) {
            self.name = name
            self.type = type
            self.modifier = modifier
        }
    }

    package var name: String
    /// nil for a relation of another kind.
    package var kind: Kind? = .table
    /// Tables that inherit from it, or partitions.
    package var hasChildren = false
    package var hasRules = false
    /// The roles of this service from which row-level security may hide rows. This session's role is among them.
    package var rolesThatMissRows: [String] = []
    package var columns: [Column]

    package init(name: String, columns: [Column]) {
        self.name = name
        self.columns = columns
    }

    package func column(_ name: String) -> Column? { columns.first { $0.name == name } }
}

extension ExistingTable {
    /// Reads the catalog; changes nothing, and needs no privilege on the table.
    /// - Returns: nil when the search path leads to no such table.
    static func read(_ name: String, on connection: PostgresConnection) async throws -> ExistingTable? {
        let found = try await connection.query(relationSQL, [.text(name)])
        guard let row = found.rows.first else { return nil }
        let columns = try await connection.query(columnsSQL, [.text(name)])
        var table = ExistingTable(name: name, columns: try columns.rows.map(Self.column))
        table.kind = Kind(rawValue: try row.text("kind"))
        table.hasChildren = try row.bool("has_children")
        table.hasRules = try row.bool("has_rules")
        table.rolesThatMissRows = try row.text("roles_that_miss_rows").split(separator: "\n").map(String.init)
        return table
    }

    private static func column(_ row: PostgresRow) throws -> Column {
        var column = Column(
            name: try row.text("name"), type: try row.text("type"), modifier: try row.ifPresent("modifier", row.int))
        column.isNotNull = try row.bool("is_not_null")
        column.hasDefault = try row.bool("has_default")
        column.isGenerated = try row.bool("is_generated")
        column.comparesBytes = try row.bool("compares_bytes")
        column.isUnique = try row.bool("is_unique")
        return column
    }

    /// Who may read past the policies is decided as the server does it: superusers, roles with BYPASSRLS, and the owner, unless
    /// the table forces them on the owner too.
    private static let relationSQL: SQL = """
        SELECT c.relkind::text AS kind, c.relhassubclass AS has_children,
            EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid AND rulename <> '_RETURN') AS has_rules,
            coalesce((
                SELECT string_agg(r.rolname, E'\\n' ORDER BY r.rolname) FROM pg_roles AS r
                WHERE c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls
                    AND (r.rolname = current_user OR r.rolname IN ('user_sync_orchestrator', 'user_sync_worker')
                        AND has_table_privilege(r.oid, c.oid, 'SELECT'))
                    AND (c.relforcerowsecurity OR NOT pg_has_role(r.oid, c.relowner, 'USAGE'))
            ), '') AS roles_that_miss_rows
        FROM pg_class AS c WHERE c.oid = to_regclass($1::text)
        """

    /// A domain is followed down to the type that it is made of.
    private static let columnsSQL: SQL = """
        WITH RECURSIVE columns AS (
            SELECT attrelid, attnum, attname, atttypid AS type, atttypmod AS modifier, attcollation AS collation_id,
                attnotnull AS is_not_null, atthasdef AND attgenerated = '' OR attidentity <> '' AS has_default,
                attgenerated <> '' AS is_generated
            FROM pg_attribute WHERE attrelid = to_regclass($1::text) AND attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT attrelid, attnum, attname, typbasetype, typtypmod, collation_id,
                is_not_null OR typnotnull, has_default OR typdefault IS NOT NULL, is_generated
            FROM columns JOIN pg_type ON pg_type.oid = columns.type WHERE typtype = 'd'
        )
        SELECT attname::text AS name, format_type(type, NULL) AS type,
            CASE WHEN modifier >= 0 THEN CASE WHEN typcategory = 'S' THEN modifier - 4 ELSE modifier END END AS modifier,
            is_not_null, has_default, is_generated,
            coalesce((SELECT collisdeterministic FROM pg_collation WHERE oid = collation_id), true) AS compares_bytes,
            EXISTS (
                SELECT FROM pg_index
                WHERE indrelid = attrelid AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL
                    AND indnkeyatts = 1 AND indkey[0] = attnum AND indcollation[0] IN (0, collation_id)
            ) AS is_unique
        FROM columns JOIN pg_type ON pg_type.oid = columns.type WHERE typtype <> 'd'
        ORDER BY attnum
        """
}

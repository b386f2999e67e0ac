import Postgres

extension Migration {
    /// Room for a changed row on its own page, in a `users` table that this service made.
    ///
    /// A changed row that finds room on its page is a HOT update: no index is touched, and the write-ahead log stays small.
    /// A table of another program is its owner's to tune, and so is one with a `fillfactor` already.
    ///
    /// Waits for no reader and no writer (SHARE UPDATE EXCLUSIVE). Only pages that are filled from now on leave room.
    static let roomForUpdates = Migration(
        version: 8,
        name: "users: fillfactor",
        statements: [
            """
            DO $$ BEGIN
                IF (\(ownUsersTable)) THEN
                    ALTER TABLE users SET (fillfactor = 95);
                END IF;
            END $$
            """
        ]
    )

    /// Whether the first migration has made the table, and nobody has set a `fillfactor`: columns 1 to 9 are as it writes them, in
    /// its order, with its identity and its collation, and its constraint has its name. No table of TypeORM has any of the
    /// last three.
    private static let ownUsersTable: SQL = """
        SELECT c.relkind = 'r' AND NOT coalesce(c.reloptions::text LIKE '%fillfactor=%', false)
            AND EXISTS (
                SELECT FROM pg_constraint
                WHERE conrelid = c.oid AND contype = 'u' AND conname = 'users_user_name_key' AND conkey = '{3}')
            AND (
                SELECT string_agg(
                    concat_ws(' ', attname, format_type(atttypid, atttypmod), nullif(attidentity, ''),
                        CASE WHEN attcollation = '"C"'::regcollation THEN 'C' END), ', ' ORDER BY attnum)
                FROM pg_attribute WHERE attrelid = c.oid AND attnum BETWEEN 1 AND 9 AND NOT attisdropped
            ) = 'id bigint d, legacy_id bigint, user_name character varying(255) C, email text, '
                'legacy_created_at timestamp with time zone, created_at timestamp with time zone, '
                'updated_at timestamp with time zone, deleted boolean, deleted_at timestamp with time zone'
        FROM pg_class AS c WHERE c.oid = to_regclass('users')
        """
}

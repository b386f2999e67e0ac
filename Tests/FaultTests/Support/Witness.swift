import SyncTestSupport
import TestSupport

/// Writes down each write to a row of `users`, in the transaction that does it, by a trigger that the service knows nothing of. It runs
/// with the rights of the test, since a worker has none on the table that it fills.
enum Witness {
    static func install(in database: TestDatabase) async throws {
        try await database.query(
            """
            CREATE TABLE witness (user_name text, legacy_id bigint, email text, legacy_created_at timestamptz, deleted boolean);
            CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                INSERT INTO witness
                VALUES (NEW.user_name, NEW.legacy_id, NEW.email, NEW.legacy_created_at, NEW.deleted);
                RETURN NULL;
            END $$;
            CREATE TRIGGER witness AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION witness();
            """)
    }

    /// How often the same content was written to the same row again.
    static func doubledWrites(in stack: SyncStack) async throws -> Int {
        try await stack.count("SELECT count(*) - count(DISTINCT w) FROM witness AS w")
    }
}

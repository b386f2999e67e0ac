import Testing

/// A reason for which a database refuses one user of many.
struct RefusalCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// Run after TypeORM's tables were made.
    var sql = ""
    /// Makes the last of 300 users one that is refused.
    let spoil: @Sendable (inout TestUser) -> Void
    let sqlState: String
    var constraint: String?
    /// Of the database.
    var encoding = "UTF8"

    var testDescription: String { name }

    static let all = [
        RefusalCase(
            name: "another program's UNIQUE", sql: "ALTER TABLE users ADD CONSTRAINT one_address UNIQUE (email)",
            spoil: { $0.email = "u0@example.com" }, sqlState: "23505", constraint: "one_address"),
        RefusalCase(
            name: "a UNIQUE that is deferred",
            sql: "ALTER TABLE users ADD CONSTRAINT one_address UNIQUE (email) DEFERRABLE INITIALLY DEFERRED",
            spoil: { $0.email = "u0@example.com" }, sqlState: "23505", constraint: "one_address"),
        RefusalCase(
            name: "an exclusion constraint",
            sql: "ALTER TABLE users ADD CONSTRAINT apart EXCLUDE USING btree (lower(email) WITH =)",
            spoil: { $0.email = "U0@example.com" }, sqlState: "23P01", constraint: "apart"),
        RefusalCase(
            name: "another program's CHECK", sql: "ALTER TABLE users ADD CONSTRAINT has_at CHECK (email LIKE '%@%')",
            spoil: { $0.email = "nowhere" }, sqlState: "23514", constraint: "has_at"),
        RefusalCase(
            name: "a foreign key that is deferred",
            sql: """
                CREATE TABLE addresses (email text PRIMARY KEY);
                INSERT INTO addresses SELECT 'u' || n || '@example.com' FROM generate_series(0, 299) AS n;
                ALTER TABLE users ADD CONSTRAINT known_address FOREIGN KEY (email) REFERENCES addresses
                    DEFERRABLE INITIALLY DEFERRED;
                """,
            spoil: { $0.email = "nowhere" }, sqlState: "23503", constraint: "known_address"),
        RefusalCase(
            name: "a domain's CHECK",
            sql: """
                CREATE DOMAIN address AS varchar(255) CONSTRAINT has_at CHECK (value LIKE '%@%');
                ALTER TABLE users ALTER email TYPE address;
                """,
            spoil: { $0.email = "nowhere" }, sqlState: "23514", constraint: "has_at"),
        RefusalCase(
            name: "a name of 51 characters", spoil: { $0.name = String(repeating: "x", count: 51) }, sqlState: "22001"),
        RefusalCase(
            name: "a name whose blanks at the end would be cut off",
            spoil: { $0.name += String(repeating: " ", count: 51 - $0.name.count) }, sqlState: "22001"),
        RefusalCase(
            name: "the same in a column of a domain",
            sql: "CREATE DOMAIN address AS varchar(20); ALTER TABLE users ALTER email TYPE address",
            spoil: { $0.email = "é@example.com" + String(repeating: " ", count: 8) }, sqlState: "22001"),
        RefusalCase(name: "an id beyond integer", spoil: { $0.id = 3_000_000_000 }, sqlState: "22003"),
        RefusalCase(
            name: "a trigger that changes the name",
            sql: """
                CREATE FUNCTION small() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN NEW.user_name = lower(NEW.user_name); RETURN NEW; END $$;
                CREATE TRIGGER small BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION small();
                """,
            spoil: { $0.name = "User299" }, sqlState: "02000"),
        RefusalCase(
            name: "a trigger that changes the name of known users alone",
            sql: """
                CREATE FUNCTION marked() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF NEW.email = 'nowhere' THEN NEW.user_name = 'x' || NEW.user_name; END IF; RETURN NEW; END $$;
                CREATE TRIGGER marked BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION marked();
                """,
            spoil: { $0.email = "nowhere" }, sqlState: "02000"),
        RefusalCase(
            name: "a trigger that raises an error",
            sql: """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.email = 'nowhere' THEN RAISE EXCEPTION 'no such place'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse();
                """,
            spoil: { $0.email = "nowhere" }, sqlState: "P0001"),
        RefusalCase(
            name: "a trigger that swallows the row",
            sql: """
                CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.email = 'nowhere' THEN RETURN NULL; END IF; RETURN NEW; END $$;
                CREATE TRIGGER swallow BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION swallow();
                """,
            spoil: { $0.email = "nowhere" }, sqlState: "02000"),
        RefusalCase(
            name: "a trigger that divides by zero",
            sql: """
                CREATE FUNCTION divide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    NEW.legacy_id = NEW.legacy_id / (NEW.legacy_id - 777); RETURN NEW; END $$;
                CREATE TRIGGER divide BEFORE INSERT OR UPDATE ON users FOR EACH ROW WHEN (NEW.legacy_id = 777)
                    EXECUTE FUNCTION divide();
                """,
            spoil: { $0.id = 777 }, sqlState: "22012"),
        RefusalCase(
            name: "an emoji in an address, in LATIN1", spoil: { $0.email = "😀@example.com" }, sqlState: "22P05",
            encoding: "LATIN1"),
        RefusalCase(
            name: "an emoji in a name, in LATIN1", spoil: { $0.name = "ana 😀" }, sqlState: "22P05", encoding: "LATIN1"),
    ]
}

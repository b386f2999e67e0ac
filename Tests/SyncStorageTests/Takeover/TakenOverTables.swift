import Testing

/// Tables as other programs make them.
enum TakenOverTables {
    /// As TypeORM makes them for the origin's entities.
    static let typeORM = """
        CREATE TABLE "users" ("id" SERIAL NOT NULL, "legacy_id" integer, "user_name" character varying(50) NOT NULL,
          "email" character varying(255) NOT NULL, "legacy_created_at" TIMESTAMP,
          "created_at" TIMESTAMP NOT NULL DEFAULT now(), "updated_at" TIMESTAMP NOT NULL DEFAULT now(),
          "deleted" boolean NOT NULL DEFAULT false, "deleted_at" TIMESTAMP,
          CONSTRAINT "UQ_users" UNIQUE ("user_name"), CONSTRAINT "PK_users" PRIMARY KEY ("id"));
        CREATE TABLE "sync_logs" ("id" SERIAL NOT NULL, "status" character varying(20) NOT NULL DEFAULT 'PENDING',
          "started_at" TIMESTAMP NOT NULL DEFAULT now(), "finished_at" TIMESTAMP,
          "total_processed" integer NOT NULL DEFAULT 0, "error_message" text, "duration_ms" integer,
          CONSTRAINT "PK_sync_logs" PRIMARY KEY ("id"));
        """

    /// What stands in the way of another program's table, or does not.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// Run after ``typeORM``.
        let sql: String
        /// Parts of the refusal; none when the tables work.
        let refusal: [String]

        init(_ name: String, _ sql: String, refused refusal: String...) {
            self.name = name
            self.sql = sql
            self.refusal = refusal
        }

        var testDescription: String { name }

        /// Whether a user of the tests is in the table already.
        var hasAna: Bool { sql.contains("'ana'") }
    }

    static let working = [
        Case("as it is", ""),
        Case(
            "a BEFORE trigger that changes what is written",
            """
            CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.updated_at = timestamp '2001-01-01'; RETURN NEW; END $$;
            CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION stamp();
            """),
        Case(
            "an AFTER trigger that writes elsewhere",
            """
            CREATE TABLE audit (entry text);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO audit VALUES (NEW.user_name); RETURN NULL; END $$;
            CREATE TRIGGER note AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();
            """),
        Case(
            "columns of its own: nullable, with a default, generated, an identity",
            """
            ALTER TABLE users ADD phone text, ADD tenant integer NOT NULL DEFAULT 1,
                ADD upper_name text GENERATED ALWAYS AS (upper(user_name)) STORED,
                ADD serial_no bigint GENERATED ALWAYS AS IDENTITY;
            """),
        Case(
            "identities instead of serials",
            """
            ALTER TABLE users ALTER id DROP DEFAULT, ALTER id ADD GENERATED ALWAYS AS IDENTITY;
            ALTER TABLE sync_logs ALTER id DROP DEFAULT, ALTER id ADD GENERATED ALWAYS AS IDENTITY;
            """),
        Case(
            "everything bigint, text and timestamptz",
            """
            ALTER TABLE users ALTER id TYPE bigint, ALTER legacy_id TYPE bigint, ALTER user_name TYPE text,
                ALTER email TYPE text, ALTER legacy_created_at TYPE timestamptz, ALTER created_at TYPE timestamptz,
                ALTER updated_at TYPE timestamptz, ALTER deleted_at TYPE timestamptz;
            ALTER TABLE sync_logs ALTER id TYPE bigint, ALTER started_at TYPE timestamptz, ALTER finished_at TYPE timestamptz;
            """),
        Case(
            "milliseconds only",
            """
            ALTER TABLE users ALTER legacy_created_at TYPE timestamp(3), ALTER created_at TYPE timestamp(0);
            """),
        Case(
            "domains over the types",
            """
            CREATE DOMAIN login AS varchar(50) CHECK (value <> '');
            CREATE DOMAIN moment AS timestamp;
            ALTER TABLE users ALTER user_name TYPE login, ALTER legacy_created_at TYPE moment;
            """),
        Case(
            "a unique index instead of a constraint, with more columns in it",
            """
            ALTER TABLE users DROP CONSTRAINT "UQ_users";
            CREATE UNIQUE INDEX by_name ON users (user_name) INCLUDE (email);
            """),
        Case(
            "columns that are nullable, and NULL in every row",
            """
            ALTER TABLE users ALTER email DROP NOT NULL, ALTER deleted DROP NOT NULL, ALTER created_at DROP NOT NULL,
                ALTER updated_at DROP NOT NULL;
            INSERT INTO users (user_name, email, deleted, created_at, updated_at) VALUES ('ana', NULL, NULL, NULL, NULL);
            """),
        Case(
            "columns that are missing",
            """
            ALTER TABLE users DROP legacy_id, DROP email, DROP legacy_created_at, DROP created_at, DROP updated_at,
                DROP deleted, DROP deleted_at;
            ALTER TABLE sync_logs DROP started_at, DROP finished_at, DROP total_processed, DROP error_message,
                DROP duration_ms;
            INSERT INTO users (user_name) VALUES ('ana');
            """),
        Case(
            "rows of its own without a name",
            """
            ALTER TABLE users ALTER user_name DROP NOT NULL;
            INSERT INTO users (user_name, email) VALUES (NULL, 'nobody@example.com'), (NULL, 'no@example.com');
            """),
        Case(
            "a deferred constraint of its own",
            """
            CREATE TABLE tenants (id integer PRIMARY KEY);
            INSERT INTO tenants VALUES (1);
            ALTER TABLE users ADD tenant integer DEFAULT 1 REFERENCES tenants DEFERRABLE INITIALLY DEFERRED;
            """),
        Case(
            "row-level security that does not concern the roles in use",
            """
            ALTER TABLE users ENABLE ROW LEVEL SECURITY;
            """),
        Case(
            "a CHECK on the states that allows them all",
            """
            ALTER TABLE sync_logs ADD CHECK (status IN ('PENDING', 'RUNNING', 'PROCESSING', 'COMPLETED', 'FAILED', 'OLD'));
            """),
        Case(
            "a sync of the earlier service, completed, and one that it never ended",
            """
            INSERT INTO sync_logs (status, started_at, finished_at, total_processed, duration_ms)
            VALUES ('COMPLETED', '2020-01-01', '2020-01-01 00:20', 1000, 1200000), ('RUNNING', '2020-01-02', NULL, 5, NULL);
            """),
    ]

    static let refused = [
        Case(
            "no unique index on the name", "ALTER TABLE users DROP CONSTRAINT \"UQ_users\"",
            refused: "no unique index on user_name"),
        Case(
            "a unique index on the name and more",
            """
            ALTER TABLE users DROP CONSTRAINT "UQ_users"; CREATE UNIQUE INDEX ON users (user_name, deleted_at);
            """, refused: "no unique index on user_name"),
        Case(
            "a unique index with a condition",
            """
            ALTER TABLE users DROP CONSTRAINT "UQ_users"; CREATE UNIQUE INDEX ON users (user_name) WHERE NOT deleted;
            """, refused: "no unique index on user_name"),
        Case(
            "a unique index over an expression",
            """
            ALTER TABLE users DROP CONSTRAINT "UQ_users"; CREATE UNIQUE INDEX ON users (lower(user_name));
            """, refused: "no unique index on user_name"),
        Case(
            "a unique constraint that is deferrable",
            """
            ALTER TABLE users DROP CONSTRAINT "UQ_users"; ALTER TABLE users ADD UNIQUE (user_name) DEFERRABLE;
            """, refused: "no unique index on user_name"),
        Case(
            "a unique index in another collation",
            """
            ALTER TABLE users DROP CONSTRAINT "UQ_users"; CREATE UNIQUE INDEX ON users (user_name COLLATE "C");
            """, refused: "no unique index on user_name"),
        Case("no primary key", "ALTER TABLE users DROP CONSTRAINT \"PK_users\"", refused: "no unique index on id"),
        Case(
            "no primary key of the log", "ALTER TABLE sync_logs DROP CONSTRAINT \"PK_sync_logs\"",
            refused: "sync_logs has no unique index on id"),
        Case(
            "columns of its own that must be given",
            """
            ALTER TABLE users ADD tenant integer NOT NULL, ADD region text NOT NULL;
            ALTER TABLE sync_logs ADD started_by text NOT NULL;
            """, refused: "users.tenant is NOT NULL", "users.region is NOT NULL", "sync_logs.started_by is NOT NULL"),
        Case(
            "a domain that must be given",
            """
            CREATE DOMAIN tenant AS integer NOT NULL; ALTER TABLE users ADD tenant tenant;
            """, refused: "users.tenant is NOT NULL"),
        Case(
            "a creation time without a default", "ALTER TABLE users ALTER created_at DROP DEFAULT",
            refused: "users.created_at is NOT NULL without a default"),
        Case(
            "a deletion time that must be given", "ALTER TABLE users ALTER deleted_at SET NOT NULL",
            refused: "users.deleted_at is NOT NULL"),
        Case(
            "a nondeterministic collation",
            """
            CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            ALTER TABLE users ALTER user_name TYPE varchar(50) COLLATE any_case;
            """, refused: "users.user_name has a nondeterministic collation"),
        Case(
            "names regardless of case",
            """
            CREATE EXTENSION citext; ALTER TABLE users ALTER user_name TYPE citext;
            """, refused: "users.user_name is of type citext"),
        Case(
            "names padded with blanks", "ALTER TABLE users ALTER user_name TYPE char(50)",
            refused: "users.user_name is of type character"),
        Case(
            "ids that are no numbers",
            """
            ALTER TABLE users DROP id; ALTER TABLE users ADD id uuid PRIMARY KEY DEFAULT gen_random_uuid();
            """, refused: "users.id is of type uuid"),
        Case(
            "legacy ids that are texts", "ALTER TABLE users ALTER legacy_id TYPE text",
            refused: "users.legacy_id is of type text"),
        Case(
            "a flag that is a number",
            """
            ALTER TABLE users ALTER deleted DROP DEFAULT, ALTER deleted TYPE smallint USING 0;
            """, refused: "users.deleted is of type smallint"),
        Case(
            "days instead of times", "ALTER TABLE users ALTER legacy_created_at TYPE date",
            refused: "users.legacy_created_at is of type date"),
        Case(
            "seconds only", "ALTER TABLE users ALTER legacy_created_at TYPE timestamp(0)",
            refused: "users.legacy_created_at is timestamp without time zone(0)"),
        Case(
            "a generated column",
            """
            ALTER TABLE users DROP email; ALTER TABLE users ADD email text GENERATED ALWAYS AS (user_name || '@x') STORED;
            """, refused: "users.email is a generated column"),
        Case("no name at all", "ALTER TABLE users DROP user_name", refused: "users has no column user_name"),
        Case(
            "partitions",
            """
            DROP TABLE users;
            CREATE TABLE users (id serial, user_name varchar(50) PRIMARY KEY) PARTITION BY HASH (user_name);
            CREATE TABLE users_0 PARTITION OF users FOR VALUES WITH (MODULUS 1, REMAINDER 0);
            """, refused: "users is partitioned"),
        Case(
            "children", "CREATE TABLE more_users () INHERITS (users)", refused: "users has tables that inherit from it"),
        Case(
            "a view", "ALTER TABLE users RENAME TO people; CREATE VIEW users AS SELECT * FROM people",
            refused: "users is a view"),
        Case("rules", "CREATE RULE quiet AS ON DELETE TO users DO INSTEAD NOTHING", refused: "users has rules"),
        Case(
            "states that are an enumeration",
            """
            CREATE TYPE state AS ENUM ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED');
            ALTER TABLE sync_logs ALTER status DROP DEFAULT, ALTER status TYPE state USING status::state;
            """, refused: "sync_logs.status is of type state"),
        Case(
            "states that a CHECK does not know",
            """
            ALTER TABLE sync_logs ADD CONSTRAINT known_states CHECK (status IN ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED'));
            """, refused: "sync_logs does not take every state of a sync (known_states)"),
        Case(
            "states that are cut", "ALTER TABLE sync_logs ALTER status TYPE varchar(9)",
            refused: "sync_logs.status is character varying(9)"),
        Case(
            "reasons that are cut", "ALTER TABLE sync_logs ALTER error_message TYPE varchar(255)",
            refused: "sync_logs.error_message is character varying(255)"),
        Case(
            "a column with a name of ours", "ALTER TABLE sync_logs ADD missing text",
            refused: "sync_logs.missing is another"),
        Case(
            "a counter that is no number", "ALTER TABLE sync_logs ADD received text",
            refused: "sync_logs.received is another"),
        Case(
            "a table with a name of ours", "CREATE TABLE sync_batches (id integer)",
            refused: "a table sync_batches of another"),
    ]
}

import Postgres
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("Extra fields in the database")
struct ExtraFieldIntegrationTests {
    private static let setting =
        "phone:text,age:integer,score:number,vip:boolean,seen:timestamp:seen_at"

    private static func fields(_ setting: String = setting) throws -> ExtraFields { try ExtraFields(setting: setting) }

    private struct Sink: LegacyStreamSink, ~Copyable {
        var batcher: LaneBatcher
        var body: [UInt8]?
        let filter: DeltaFilter?
        var verdicts: [DeltaFilter.Verdict] = []

        mutating func receive(_ user: UserRecord) {
            if let filter { verdicts.append(filter.judge(user)) }
            _ = try? batcher.append(user)
        }
        mutating func receive(_ reject: Reject) { Issue.record("\(reject)") }
    }

    /// Takes records through parser, encoder and decoder.
    private static func read(
        _ records: [String], sync: Int64, _ fields: ExtraFields, filter: DeltaFilter? = nil
    ) throws -> (batch: DecodedBatch, verdicts: [DeltaFilter.Verdict]) {
        var sink = Sink(
            batcher: LaneBatcher(
                syncID: sync, firstBatchNumber: 1, lanes: .hashed(1), maximumUsers: 1000, maximumBodyBytes: 1 << 20,
                extraFields: fields), filter: filter)
        var parser = LegacyStreamParser(extraFields: fields)
        Array(records.joined().utf8).withUnsafeBytes { parser.consume($0, into: &sink) }
        parser.finish(into: &sink)
        let body = try #require(sink.batcher.flushNext()?.body)
        return (try MessageDecoder.decode(body), sink.verdicts)
    }

    private static func record(_ name: String, _ members: String) -> String {
        #"{"id":1,"userName":"\#(name)","email":"e","createdAt":"2024-05-01T10:00:00Z","deleted":false\#(members)}"#
    }

    private static let varied = [
        record("none", ""),
        record("empty", #","phone":"","score":0,"age":0,"vip":false"#),
        record("long", #","phone":"\\N\ttab\u0001 日本","score":123456789012345678901234567890.12345678901234567890"#),
        record(
            "exponent", #","score":1e2,"age":-9223372036854775808,"vip":true,"seen":"2024-05-01T12:00:00.123456+02:00""#
        ),
        record("huge", #","score":1.5e300,"seen":"0001-01-01T00:00:00Z""#),
        record("tiny", #","score":-2.50e-200,"age":9223372036854775807"#),
    ]

    @Test("what the upsert wrote reads back as equal, so that the next sync sends nobody, and the upsert writes nobody")
    func roundTrip() async throws {
        try await withDatabase { database in
            let fields = try Self.fields()
            _ = try await Migrator(connection: database.connection, logger: silent).migrate(fields)
            let outcome = try await database.store.apply(try Self.read(Self.varied, sync: 1, fields).batch)
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 6, updated: 0, unchanged: 0)))

            let hasher = UserHasher()
            let table = UserTable(database.configuration, extraFields: fields, logger: silent)
            let index = try await table.snapshot(hasher, in: IndexFolder("/tmp")).takeIndex()
            let filter = DeltaFilter(hasher: hasher, index: index, mode: .delta)
            #expect(
                try Self.read(Self.varied, sync: 2, fields, filter: filter).verdicts
                    == Array(repeating: .skip, count: 6))
            #expect(try await table.prove(filter).touched == 0)

            _ = try await database.connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
            let again = try await database.store.apply(try Self.read(Self.varied, sync: 2, fields).batch)
            #expect(again == .applied(.init(duplicates: 0, inserted: 0, updated: 0, unchanged: 6)))

            let reader = try await UserReader.reading(database.connection)
            let user = try #require(try await reader.user(named: "exponent"))
            #expect(
                user.extras.map(\.value) == [
                    .null, .integer(.min), .number("100"), .boolean(true), .timestamp(1_714_557_600_123_456),
                ])
        }
    }

    @Test("a change of each of them, NULL and empty among the changes, is an update of that user alone")
    func changes() async throws {
        try await withDatabase { database in
            let fields = try Self.fields()
            _ = try await Migrator(connection: database.connection, logger: silent).migrate(fields)
            let steps = [
                "", #","phone":"""#, #","phone":"x""#, #","phone":"x","age":1"#, #","phone":"x","age":1,"score":2"#,
                #","phone":"x","age":1,"score":2.5,"vip":false"#, #","seen":"2024-05-01T10:00:00Z""#,
            ]
            let other = Self.record("other", #","phone":"y""#)
            for (step, members) in steps.enumerated() {
                let sync = Int64(step + 1)
                if step > 0 {
                    _ = try await database.connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING')")
                }
                let batch = try Self.read([Self.record("ana", members), other], sync: sync, fields).batch
                let expected: BatchOutcome.Counts =
                    step == 0
                    ? .init(duplicates: 0, inserted: 2, updated: 0, unchanged: 0)
                    : .init(duplicates: 0, inserted: 0, updated: 1, unchanged: 1)
                #expect(try await database.store.apply(batch) == .applied(expected), "\(members)")
            }
        }
    }

    @Test("one value that the database refuses costs one user, whatever refuses it")
    func refusals() async throws {
        try await withDatabase { database in
            _ = try await database.connection.query(
                "ALTER TABLE users ADD phone varchar(3), ADD age smallint CHECK (age < 200)")
            let fields = try Self.fields()
            _ = try await Migrator(connection: database.connection, logger: silent).migrate(fields)
            let records = [
                Self.record("overflow", #","score":1e200000"#), Self.record("long", #","phone":"abcd""#),
                Self.record("blanks", #","phone":"ab  ""#), Self.record("wide", #","age":40000"#),
                Self.record("old", #","age":200"#), Self.record("fine", #","phone":"abc","age":199,"score":1"#),
            ]
            let outcome = try await database.store.apply(try Self.read(records, sync: 1, fields).batch)
            #expect(outcome == .applied(.init(duplicates: 0, inserted: 1, updated: 0, unchanged: 0, refused: 5)))
            let states = try await database.connection.query("SELECT sqlstate FROM sync_refusals ORDER BY user_name")
                .rows
            #expect(try states.map { try $0.text("sqlstate") } == ["22001", "22001", "23514", "22003", "22003"])
        }
    }

    @Test("a message for a column that migrate has not recorded changes nothing, whatever else the table has")
    func forged() async throws {
        try await withDatabase { database in
            _ = try await database.connection.query("ALTER TABLE users ADD is_admin boolean")
            _ = try await Migrator(connection: database.connection, logger: silent).migrate(
                try Self.fields("phone:text"))
            for setting in [
                "admin:boolean:is_admin", "phone:text,admin:boolean:is_admin", "phone:integer", "gone:text",
            ] {
                let batch = try Self.read([Self.record("ana", "")], sync: 1, try Self.fields(setting)).batch
                let error = await #expect(throws: UnrecordedColumns.self) { try await database.store.apply(batch) }
                #expect("\(error, default: "")".contains("not recorded"))
            }
            #expect(try await database.connection.query("SELECT count(*) FROM users").int8(row: 0, column: 0) == 0)
        }
    }

    @Test("a worker learns of a new field without a restart, and applies batches of a field that is no longer in use")
    func lists() async throws {
        try await withDatabase { database in
            let migrator = Migrator(connection: database.connection, logger: silent)
            let (first, second) = (try Self.fields("phone:text"), try Self.fields("plan:text"))
            #expect(try await migrator.migrate(first) == ["users.phone added", "SYNC_EXTRA_FIELDS recorded"])
            #expect(try await migrator.migrate(first) == [])
            let old = try Self.read([Self.record("ana", #","phone":"1""#)], sync: 1, first).batch
            _ = try await database.store.apply(old)
            #expect(
                try await migrator.migrate(second) == [
                    "users.plan added", "users.phone is no longer synced, and stays as it is",
                    "SYNC_EXTRA_FIELDS recorded",
                ])
            _ = try await database.connection.query("INSERT INTO sync_logs (status) VALUES ('RUNNING'), ('RUNNING')")
            _ = try await database.store.apply(
                try Self.read([Self.record("bia", #","plan":"x""#)], sync: 2, second).batch)
            _ = try await database.store.apply(
                try Self.read([Self.record("cid", #","phone":"2""#)], sync: 3, first).batch)
            let rows = try await database.connection.query(
                "SELECT concat_ws(' ', user_name, phone, plan) AS row FROM users ORDER BY user_name"
            ).rows.map { try $0.text("row") }
            #expect(rows == ["ana 1", "bia x", "cid 2"])
            try await RecordedFields.require(second, on: database.connection)
            for other in [first, .none, try Self.fields("plan:integer"), try Self.fields("level:text:plan")] {
                let error = await #expect(throws: ExtraFieldsError.self) {
                    try await SyncSession.begin(database.configuration, extraFields: other, logger: silent)
                }
                #expect("\(error, default: "")".contains("orchestrator migrate"))
            }
        }
    }

    @Test("the facts say what is recorded, which of its columns are missing or of another type, and which are narrow")
    func facts() async throws {
        try await withDatabase { database in
            let connection = database.connection
            #expect(try await FieldFacts.read(connection) == FieldFacts())
            _ = try await connection.query("ALTER TABLE users ADD age smallint, ADD other integer NOT NULL DEFAULT 1")
            let fields = try Self.fields()
            _ = try await Migrator(connection: connection, logger: silent).migrate(fields)
            let narrow = "users.age is smallint, the source's numbers have 64 bits"
            #expect(try await FieldFacts.read(connection) == FieldFacts(recorded: fields, narrowness: [narrow]))

            _ = try await connection.query("ALTER TABLE users DROP phone, DROP vip, ADD vip text")
            let broken = try await FieldFacts.read(connection)
            #expect(broken.refusals == ["users has no column phone", "users.vip is of type text: it must be boolean"])
            #expect(broken.recorded == fields)

            // A field that is no longer in use may have lost its column.
            let age = try Self.fields("age:integer")
            _ = try await Migrator(connection: connection, logger: silent).migrate(age)
            #expect(try await FieldFacts.read(connection) == FieldFacts(recorded: age, narrowness: [narrow]))
        }
    }

    @Test(
        "the fields of a sync are those recorded while it is under way, those of its profile later, and else not known")
    func syncedKeys() async throws {
        try await withDatabase { database in
            let connection = database.connection
            let migrator = Migrator(connection: connection, logger: silent)
            _ = try await migrator.migrate(try Self.fields("phone:text,plan:text:plan_name"))
            func keys() async throws -> [String] {
                let entry = try #require(try await SyncLogReader(connection: connection).sync(1))
                return try await SyncedFields.keys(of: entry, on: connection)
            }
            #expect(try await keys() == ["phone", "plan"])
            _ = try await connection.query("UPDATE sync_logs SET status = 'FAILED', finished_at = now() WHERE id = 1")
            #expect(try await keys() == [])
            var profile = SourceProfile()
            profile.fields = (UserField.all.map(\.jsonKey) + ["phone"]).map { .init(name: $0) }
            _ = try await connection.query(
                ProfileSQL.insert, [.int8(1), .text(try ProfileJSON.encode(profile)), .text("[]"), .int4(0)])
            _ = try await migrator.migrate(try Self.fields("score:number"))
            #expect(try await keys() == ["phone"])
            // Without the right to look, the rest of a status is shown all the same.
            _ = try await connection.query("ALTER TABLE sync_profiles RENAME TO hidden")
            #expect(try await keys() == [])
        }
    }

    @Test(
        "an existing column that cannot hold the values is refused in words, and nothing is touched",
        arguments: [
            ("phone integer", "phone is of type integer"),
            ("phone text NOT NULL DEFAULT ''", "possible to leave it empty"),
            ("age text", "age is of type text"), ("score numeric(10,2)", "which rounds"),
            ("score real", "must be numeric"),
            ("vip smallint", "must be boolean"), ("seen_at date", "seen_at is of type date"),
            ("seen_at timestamp(3)", "must be at least (6)"),
            ("phone text GENERATED ALWAYS AS ('x') STORED", "generated"),
        ] as [(SQL, String)])
    func unsuitable(column: SQL, words: String) async throws {
        try await withDatabase { database in
            _ = try await database.connection.query("ALTER TABLE users ADD \(column)")
            let columns: SQL = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'users'"
            let before = try await database.connection.query(columns).int8(row: 0, column: 0)
            let error = await #expect(throws: UnsuitableTablesError.self) {
                try await Migrator(connection: database.connection, logger: silent).migrate(try Self.fields())
            }
            #expect("\(error, default: "")".contains(words), "\(String(describing: error))")
            #expect(try await database.connection.query(columns).int8(row: 0, column: 0) == before)
            #expect(try await RecordedFields.inUse(database.connection) == .none)
        }
    }
}

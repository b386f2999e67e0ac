import ArgumentParser
import Foundation
import SyncCore
import TestSupport
import Testing

@testable import LegacySimulator

/// A source whose records carry fields beyond the five.
@Suite("Fields of your own")
struct OwnFieldsTests {
    private static let setting =
        "phone:text,plan:text:plan_name,visits:integer,score:number,isVIP:boolean:is_vip,lastSeen:timestamp:last_seen"

    private static func fields(_ setting: String = setting) throws -> OwnFields {
        OwnFields(
            fields: try ExtraFields(setting: setting).fields, absentRate: 0.2, nullRate: 0.2, mistypedRate: 0.2)
    }

    @Test(
        "a plain reader of the bytes finds every user, every run of damage and the expected table",
        arguments: DataProfile.Format.allCases, 0..<4)
    func reader(format: DataProfile.Format, variation: Int) throws {
        var profile = troubled(seed: UInt64(200 + variation), users: 400, format: format)
        profile.extraFields = variation & 1 != 0
        profile.whitespace = variation & 2 != 0
        profile.own = try Self.fields()
        let (bytes, counts) = bodyAndCounts(profile)
        let reader = ReferenceReader(bytes, own: profile.own.fields)
        #expect(reader.users.count == profile.users)
        #expect(reader.rejects == counts.rejects)
        var table = ExpectedTable(profile)
        table.sortByUserName()
        #expect(copyText(table) == fold(reader.users).flatMap(copyLine))
        let summary = try #require(ExpectedSummary(profile).fields)
        #expect(summary.count == 6)
        for (index, field) in profile.own.fields.enumerated() {
            let expected = try #require(summary[field.jsonKey])
            #expect(reader.users.count { $0.own[index] == nil } == expected.absent + expected.null)
        }
    }

    @Test("values are absent, null and of another type as often as asked, and each kind has many")
    func rates() throws {
        var profile = sound(users: 20_000)
        profile.own = try Self.fields()
        let summary = try #require(ExpectedSummary(profile).fields)
        for field in summary.values {
            #expect(abs(Double(field.absent) / 20_000 - 0.2) < 0.02)
            #expect(abs(Double(field.null) / 20_000 - 0.8 * 0.2) < 0.02)
        }
        #expect(abs(Double(summary.values.reduce(0) { $0 + $1.mistyped }) / 20_000 - 0.2) < 0.02)
        let users = ReferenceReader(body(profile, blockBytes: 1 << 20), own: profile.own.fields).users
        for (index, least) in [100, 100, 1000, 1000, 2, 1000].enumerated() {
            #expect(Set(users.compactMap { $0.own[index] }).count >= least)
        }
        #expect(users.contains { $0.own[0]?.isEmpty == true })
        #expect(users.contains { $0.own[2] == Array("\(Int.min)".utf8) })
    }

    @Test("every value of another type makes its record a reject, and leaves the records around it whole")
    func mistyped() throws {
        var profile = sound(users: 10)
        profile.own = try Self.fields()
        let records = RecordWriter(profile)
        let plan = UserPlanner(profile).plan(3)
        let sound = written { records.writeRecord(plan, to: &$0) }
        for (index, field) in profile.own.fields.enumerated() {
            for value in Damage.otherTypes(than: field.kind) {
                let piece = written {
                    records.writeLooseRecord(plan, damage: Damage(effect: .ownValue(index, value)), to: &$0)
                }
                let reader = ReferenceReader(sound + piece + sound, own: profile.own.fields)
                #expect(reader.users.count == 2 && reader.rejects == 1, "\(String(decoding: piece, as: UTF8.self))")
            }
        }
    }

    @Test("an unknown field of the same name never hides one of your own")
    func sameNames() throws {
        var profile = sound(users: 2000)
        profile.extraFields = true
        profile.own = try Self.fields("score:number,note:text,lastLogin:text:last_login")
        profile.own.absentRate = 0.9
        let reader = ReferenceReader(body(profile), own: profile.own.fields)
        #expect(reader.users.count == 2000)
        var table = ExpectedTable(profile)
        table.sortByUserName()
        #expect(copyText(table) == fold(reader.users).flatMap(copyLine))
    }

    @Test("a change of the source can be of one of these fields alone")
    func changes() throws {
        var profile = sound(users: 5000)
        profile.own = try Self.fields()
        profile.changedRate = 0.2
        var later = profile
        later.generation = 1
        func table(_ profile: DataProfile) -> [ReferenceReader.User] {
            fold(ReferenceReader(body(profile), own: profile.own.fields).users)
        }
        let alone = zip(table(profile), table(later)).count { old, new in
            var same = new
            same.own = old.own
            return old.own != new.own && same == old
        }
        #expect(alone > 100)
    }

    @Test("without such fields the stream is what it was, and a record with 32 of them has its room")
    func limits() throws {
        var profile = troubled(seed: 7, users: 500)
        let before = body(profile)
        profile.own.mistypedRate = 1
        profile.own.absentRate = 1
        #expect(body(profile) == before)
        #expect(ExpectedSummary(profile).fields == nil)
        let key = String(repeating: "k", count: 62)
        profile.own = try Self.fields((10..<42).map { "\(key)\($0):text:c\($0)" }.joined(separator: ","))
        profile.own.absentRate = 0
        profile.whitespace = true
        let records = RecordWriter(profile)
        for record in 0..<500 {
            let json = written { records.writeRecord(UserPlanner(profile).plan(record), to: &$0) }
            #expect(json.count <= records.maximumBytes)
        }
        #expect(ReferenceReader(body(profile), own: profile.own.fields).users.count == 500)
    }

    @Test("the option reads what SYNC_EXTRA_FIELDS reads, and refuses the rest by its own name")
    func option() throws {
        let arguments = [
            "--own-fields", Self.setting, "--absent-rate", "0.3", "--null-rate", "0.4", "--mistyped-rate", "0",
        ]
        let command = try #require(try LegacySimulator.parseAsRoot(arguments) as? ServeCommand)
        let own = command.data.profile.own
        #expect(own.fields == (try ExtraFields(setting: Self.setting).fields))
        #expect(own.absentRate == 0.3 && own.nullRate == 0.4 && own.mistypedRate == 0)
        for wrong in [["--own-fields", "email:text"], ["--own-fields", "phone"], ["--null-rate", "2"]] {
            let error = #expect(throws: (any Error).self) { try LegacySimulator.parseAsRoot(wrong) }
            let message = error.map { LegacySimulator.fullMessage(for: $0) } ?? ""
            #expect(message.contains(wrong[0]) && !message.contains("SYNC_EXTRA_FIELDS is"), "\(message)")
        }
    }

    @Test("PostgreSQL computes the same rows and the same digest from its table", .timeLimit(.minutes(2)))
    func database() async throws {
        let database = try await PostgresServer.shared().createDatabase()
        var profile = troubled(seed: 22, users: 1000)
        profile.own = try Self.fields()
        let own = profile.own.fields
        var table = ExpectedTable(profile)
        table.sortByUserName()
        let rows = String(decoding: copyText(table), as: UTF8.self)
        let script = """
            CREATE TABLE users (legacy_id bigint, user_name text, email text, legacy_created_at timestamptz, deleted boolean,
                phone text, plan_name text, visits bigint, score numeric, is_vip boolean, last_seen timestamptz);
            COPY users FROM STDIN;
            \(rows)\\.

            """
        let folder = try TemporaryFolder(prefix: "legacy-simulator")
        defer { folder.remove() }
        let file = try folder.write(script, to: "load.sql")
        func psql(_ arguments: String...) async throws -> String {
            let result = try await ChildProcess.run(
                "/usr/bin/env",
                ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database.connectionString] + arguments)
            #expect(result.status == 0, "\(result.errorOutput)")
            return result.output
        }
        _ = try await psql("-f", file)
        let digest = try #require(ExpectedDigest(of: table))
        #expect(try await psql("-c", ExpectedDigest.sql(own: own)) == digest.line + "\n")
        #expect(try await psql("-c", ExpectedDigest.tableSQL(own: own)) == rows)
        // NULL in one column and NULL in the next are different tables.
        _ = try await psql("-c", "UPDATE users SET phone = plan_name, plan_name = phone WHERE phone IS NULL")
        #expect(try await psql("-c", ExpectedDigest.sql(own: own)) != digest.line + "\n")
        try await database.drop()
    }
}

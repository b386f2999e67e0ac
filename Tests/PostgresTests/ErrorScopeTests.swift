import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("What an error is about") struct ErrorScopeTests {
    private func error(
        _ code: PostgresError.Code, _ sqlState: String? = nil, table: String? = nil
    ) -> PostgresError {
        PostgresError(code, operation: "test", message: "test", sqlState: sqlState, table: table)
    }

    /// Every SQLSTATE of PostgreSQL 15 by class, and what an error with it is about.
    static let row: Set<String> = [
        "00000",
        "01000", "0100C", "01008", "01003", "01007", "01006", "01004", "01P01",
        "02000", "02001",
        "09000", "20000", "21000",
        "22000", "2202E", "22021", "22008", "22012", "22005", "2200B", "22022", "22015", "2201E", "22014", "22016",
        "2201F",
        "2201G", "22018", "22007", "22019", "2200D", "22025", "22P06", "22010", "22023", "22013", "2201B", "2201W",
        "2201X",
        "2202H", "2202G", "22009", "2200C", "2200G", "22004", "22002", "22003", "22026", "22001", "22011", "22027",
        "22024",
        "2200F", "22P01", "22P02", "22P05", "2200L", "2200M", "2200N", "2200S", "2200T", "22030", "22031", "22032",
        "22033",
        "22034", "22035", "22036", "22037", "22038", "22039", "2203A", "2203B", "2203C", "2203D", "2203E", "2203F",
        "2203G",
        "23000", "23001", "23502", "23503", "23505", "23514", "23P01",
        "27000", "2F005",
        "38000", "38001", "38002", "38003", "38004",
        "40002", "44000", "54000", "54001",
        "P0000", "P0001", "P0002", "P0003", "P0004",
    ]
    static let batch: Set<String> = ["22P03", "22P04"]
    static let world: Set<String> = [
        "03000",
        "08000", "08003", "08006", "08001", "08004", "08007", "08P01",
        "0A000", "0B000", "0F000", "0F001", "0L000", "0LP01", "0P000", "0Z000", "0Z002",
        "2200H", "24000",
        "25000", "25001", "25002", "25008", "25003", "25004", "25005", "25006", "25007", "25P01", "25P02", "25P03",
        "26000", "28000", "28P01", "2B000", "2BP01", "2D000",
        "2F000", "2F002", "2F003", "2F004",
        "34000",
        "39000", "39001", "39004", "39P01", "39P02", "39P03",
        "3B000", "3B001", "3D000", "3F000",
        "40000", "40001", "40003", "40P01",
        "42000", "42601", "42501", "42846", "42803", "42P20", "42P19", "42830", "42602", "42622", "42939", "42804",
        "42P18",
        "42P21", "42P22", "42809", "428C9", "42703", "42883", "42P01", "42P02", "42704", "42701", "42P03", "42P04",
        "42723",
        "42P05", "42P06", "42P07", "42712", "42710", "42702", "42725", "42P08", "42P09", "42P10", "42611", "42P11",
        "42P12",
        "42P13", "42P14", "42P15", "42P16", "42P17",
        "53000", "53100", "53200", "53300", "53400",
        "54011", "54023",
        "55000", "55006", "55P02", "55P03", "55P04",
        "57000", "57014", "57P01", "57P02", "57P03", "57P04", "57P05",
        "58000", "58030", "58P01", "58P02",
        "72000", "F0000", "F0001",
        "HV000", "HV005", "HV002", "HV010", "HV021", "HV024", "HV007", "HV008", "HV004", "HV006", "HV091", "HV00B",
        "HV00C",
        "HV00D", "HV090", "HV00A", "HV009", "HV014", "HV001", "HV00P", "HV00J", "HV00K", "HV00Q", "HV00R", "HV00L",
        "HV00M",
        "HV00N",
        "XX000", "XX001", "XX002",
    ]

    @Test("every SQLSTATE of PostgreSQL 15 is about what the list says")
    func everyCode() {
        for (expected, codes) in [(PostgresError.Scope.row, Self.row), (.batch, Self.batch), (.world, Self.world)] {
            for code in codes { #expect(error(.server, code).scope == expected, "\(code)") }
        }
        #expect(Self.row.isDisjoint(with: Self.world) && Self.row.union(Self.world).isDisjoint(with: Self.batch))
    }

    @Test(
        "the lists hold every code that the installed server knows, and the table every class",
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/share/postgresql/15/errcodes.txt")))
    func complete() throws {
        let text = try String(contentsOfFile: "/usr/share/postgresql/15/errcodes.txt", encoding: .utf8)
        let known = Set(
            text.split(separator: "\n").compactMap { line -> String? in
                guard let code = line.split(whereSeparator: \.isWhitespace).first, code.utf8.count == 5 else {
                    return nil
                }
                return code.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
                    ? String(code) : nil
            })
        #expect(known.count > 230)
        let listed = Self.row.union(Self.batch).union(Self.world)
        #expect(known == listed, "unlisted: \(known.subtracting(listed)), unknown: \(listed.subtracting(known))")
        let rules = Set(SQLState.scopes.map(\.prefix))
        #expect(rules.count == SQLState.scopes.count)
        for code in known { #expect(rules.contains(String(code.prefix(2))), "no rule for class \(code.prefix(2))") }
        for rule in SQLState.scopes { #expect(known.contains { $0.hasPrefix(rule.prefix) }, "\(rule.prefix)") }
        #expect(SQLState.scopes.allSatisfy { !$0.reason.isEmpty })
    }

    @Test("docs/database.md holds the same table, and names every setting of a session")
    func document() throws {
        let text = try String(contentsOfFile: "\(packageRoot)/docs/database.md", encoding: .utf8)
        for rule in SQLState.scopes {
            let code = "`\(rule.prefix)`" + (rule.prefix.utf8.count == 5 ? "" : " …")
            #expect(text.contains("| \(code) | \(rule.scope.rawValue) | \(rule.reason) |\n"), "\(rule.prefix)")
        }
        #expect(
            text.split(separator: "\n").count { $0.hasPrefix("| `") && !$0.contains("host") } == SQLState.scopes.count)
        let lowercased = text.lowercased()
        for setting in SessionSettings.fixed + [SessionSettings.searchPath] {
            #expect(lowercased.contains(setting.name), "\(setting.name)")
        }
    }

    @Test("what passes by itself is about the world, whatever its code")
    func transientIsWorld() {
        for code in Self.row.union(Self.batch) { #expect(!error(.server, code).isTransient, "\(code)") }
        for code in PostgresError.Code.allCases where error(code).isTransient { #expect(error(code).scope == .world) }
    }

    @Test("while connecting, nothing was sent that could be to blame, whatever the server says")
    func connecting() {
        for code in Self.row.union(Self.batch).union(Self.world) {
            for kind in [PostgresError.Code.connectFailed, .connectTimedOut, .connectionLost] {
                #expect(error(kind, code).scope == .world)
            }
        }
    }

    @Test("only what the server refused or could not be sent is ever about a row")
    func codes() {
        for code in PostgresError.Code.allCases {
            #expect(error(code).scope == (code == .invalidParameter ? .row : .world), "\(code)")
        }
    }

    @Test("a code that another program made up speaks about the row", arguments: ["U0001", "ZZ999", "22ABC", "P1234"])
    func madeUp(code: String) {
        #expect(error(.server, code).scope == .row)
    }

    @Test("a constraint of a table of our own is about the batch; one of another program's table is about a row")
    func ownTables() {
        let own: Set<String> = ["sync_batches"]
        #expect(error(.server, "23503", table: "sync_batches").scope(ownTables: own) == .batch)
        #expect(error(.server, "23505", table: "sync_batches").scope(ownTables: own) == .batch)
        #expect(error(.server, "23505", table: "users").scope(ownTables: own) == .row)
        #expect(error(.server, "23514", table: "audit").scope(ownTables: own) == .row)
        #expect(error(.server, "22001").scope(ownTables: own) == .row)
        #expect(error(.server, "42501", table: "sync_batches").scope(ownTables: own) == .world)
    }
}

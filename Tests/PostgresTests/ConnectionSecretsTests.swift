import TestSupport
import Testing

@testable import Postgres

@Suite("No value of a connection string is in an error") struct ConnectionSecretsTests {
    /// It could be a password, and no message of libpq or of a server has it by itself.
    static let marks = ["s3cr3tword", "S3CRET", "Zq-17_x.9", "p4ss w0rd", "Pa55%40word", "geheim1"]

    /// A connection string with a mark in each place in turn: what a person may put into the wrong place by mistake.
    static func strings(_ mark: String) -> [String] {
        let quoted = "'\(mark)'"
        let uris = [
            "postgresql://user:\(mark)/db", "postgresql://\(mark)/db", "postgresql://\(mark)",
            "postgresql://\(mark):5432/db",
            "postgresql://\(mark)@127.0.0.1:1/db", "postgresql://\(mark):pw@127.0.0.1:1/db",
            "postgresql://user:\(mark)@127.0.0.1:1/db",
            "postgresql://user:pw@\(mark)/db", "postgresql://user:pw@\(mark):1/db",
            "postgresql://user:pw@127.0.0.1:\(mark)/db",
            "postgresql://user:pw@127.0.0.1:1/\(mark)", "postgresql://user:pw@127.0.0.1:1/db/\(mark)",
            "postgresql://user:p@\(mark)@127.0.0.1:1/db", "postgresql://user:p/\(mark)@127.0.0.1:1/db",
            "postgresql://user:p?\(mark)@127.0.0.1:1/db", "postgresql://user:p#\(mark)@127.0.0.1:1/db",
            "postgresql://user:%zz\(mark)@127.0.0.1:1/db", "postgresql://user:\(mark)@[::1/db",
            "postgresql://user:pw@[\(mark)]:1/db",
            "postgresql://user:pw@127.0.0.1:1,\(mark):2/db", "postgresql://user:pw@127.0.0.1:1/db?\(mark)",
            "postgresql://user:pw@127.0.0.1:1/db?\(mark)=1",
            "postgresql://user:pw@127.0.0.1:1/db?password=pw&\(mark)=1",
            "postgresql://user:pw@127.0.0.1:1/db?a=\(mark)", "postgresql://127.0.0.1:1/db?password=\(mark)",
            "postgresql://127.0.0.1:1/db?user=\(mark)", "postgresql://127.0.0.1:1/db?host=\(mark)",
            "postgre://user:\(mark)@127.0.0.1:1/db", "mysql://user:\(mark)@127.0.0.1:1/db", mark,
        ]
        let options = LibpqOptions.defaults().names.sorted() + ["load_balance_hosts", "nosuchoption"]
        let words = options.map { "host=127.0.0.1 port=1 \($0)=\(quoted)" }
        let queries = options.map { "postgresql://user@127.0.0.1:1/db?\($0)=\(mark)" }
        let broken = [
            "host=127.0.0.1 port=1 password='\(mark)", "host=127.0.0.1 port=1 password=pw \(mark)",
            "host=127.0.0.1 port=1 \(mark)=1",
            "host=127.0.0.1 port=1 password=pw\(mark) \(mark)=1", "\(mark)=\(mark)",
            "host=127.0.0.1\u{0}password=\(mark)",
            "host=\(quoted) hostaddr=127.0.0.1 port=1",
        ]
        return uris + words + queries + broken
    }

    @Test("whatever place it stands in, and however the connection fails", arguments: marks)
    func everyPlace(mark: String) async {
        var failures = 0
        for text in Self.strings(mark) {
            var configuration = PostgresConfiguration(connectionString: text, applicationName: "app")
            configuration.connectTimeout = .seconds(5)
            var dumped = ""
            dump(configuration, to: &dumped)
            var texts = ["\(configuration)", String(reflecting: configuration), dumped]
            do throws(PostgresError) {
                try configuration.check()
            } catch {
                texts += ["\(error)", String(reflecting: error), error.advice ?? ""]
            }
            do throws(PostgresError) {
                await (try PostgresConnection.connect(configuration, logger: TestConnections.quiet)).close()
            } catch {
                failures += 1
                dump(error, to: &dumped)
                texts += ["\(error)", String(reflecting: error), error.advice ?? "", dumped]
            }
            for piece in mark.split(whereSeparator: { $0 == " " || $0 == "%" }) {
                for told in texts { #expect(!told.contains(piece), "\(told)") }
            }
        }
        #expect(failures == Self.strings(mark).count, "nothing listens there")
    }

    @Test("a server's message loses quoted text and every word that is one of the names; its SQLSTATE stays")
    func serverMessages() {
        func message(_ line: String, _ names: String...) -> String {
            ServerMessage.connectFailure(
                "connection to server at \"h\" (1.2.3.4), port 1 failed: \(line)", hiding: names
            ).message
        }
        #expect(
            message("FATAL:  28P01: password authentication failed for user \"ana\"")
                == "FATAL: password authentication failed for user \"…\"")
        #expect(message("FATAL:  3D000: no such database: users", "users") == "FATAL: no such database: …")
        #expect(message("FATAL:  3D000: no such database: users2", "users") == "FATAL: no such database: users2")
        #expect(
            message("Fehler: Datenbank »users« existiert nicht", "users") == "Fehler: Datenbank »…« existiert nicht")
        #expect(message("a a aa a", "a") == "… … aa …")
        #expect(message("Connection refused") == "Connection refused")
        #expect(message("x", "") == "x")
    }
}

import Glibc
import TestSupport
import Testing

@testable import Postgres

@Suite("Files that connection settings name") struct ConnectionFilesTests {
    private func refusal(_ text: String, makesPasswords: Bool = false) throws -> String? {
        let options = try ConnectionOptions(
            stated: LibpqOptions.stated(in: text) ?? [:], values: LibpqOptions.stated(in: text) ?? [:])
        do throws(PostgresError) {
            try ConnectionFiles(options, makesPasswords: makesPasswords).check()
            return nil
        } catch {
            #expect(error.code == .invalidConfiguration)
            #expect(!error.message.contains("/"), "a path could be a password in the wrong place")
            return error.message
        }
    }

    @Test("a file that a connection needs is missed before a program waits for the database")
    func missing() throws {
        let missing = "/nonexistent/file"
        for mode in ["require", "verify-ca", "verify-full"] {
            #expect(
                try refusal("host=h sslmode=\(mode) sslrootcert=\(missing)")?.contains("sslrootcert (PGSSLROOTCERT)")
                    == true)
        }
        #expect(try refusal("host=h passfile=\(missing)")?.contains("passfile (PGPASSFILE)") == true)
        #expect(try refusal("host=h sslcert=\(missing)")?.contains("sslcert (PGSSLCERT)") == true)
        #expect(try refusal("host=h sslkey=\(missing)")?.contains("sslkey (PGSSLKEY)") == true)
        #expect(try refusal("host=h sslrootcert=\(missing)", makesPasswords: true)?.contains("sslrootcert") == true)
    }

    @Test("a file that libpq would not look at is not missed")
    func unneeded() throws {
        let missing = "/nonexistent/file"
        for text in [
            "host=h", "host=h sslmode=disable sslrootcert=\(missing) sslcert=\(missing)",
            "host=h sslrootcert=\(missing)",
            "host=h password=x passfile=\(missing)", "host=/tmp sslmode=verify-full sslrootcert=\(missing)",
            "host=h sslkey=engine:key", "host=h sslmode=require",
        ] {
            #expect(try refusal(text) == nil, "\(text)")
        }
        #expect(try refusal("host=h passfile=\(missing) sslmode=require", makesPasswords: true) == nil)
    }

    @Test("a file that libpq would refuse or ignore for its permissions is refused by name")
    func permissions() throws {
        let folder = try TemporaryFolder(prefix: "files")
        let file = try folder.write("secret\n", to: "file")
        for (mode, isFine) in [(mode_t(0o600), true), (0o400, true), (0o644, false), (0o604, false)] {
            #expect(chmod(file, mode) == 0)
            #expect(try (refusal("host=h passfile=\(file)") == nil) == isFine)
            #expect(try (refusal("host=h sslkey=\(file)") == nil) == isFine)
        }
        #expect(try refusal("host=h passfile=/dev/null") == nil, "it stands for none")
    }

    @Test("a path may begin with ~, as in an env file, which no shell reads")
    func home() throws {
        #expect(ConnectionFiles.expanded("~/pgpass", home: "/home/ana") == "/home/ana/pgpass")
        for (path, home) in [("/a/~", "/h"), ("~other/x", "/h"), ("x~", "/h"), ("", "/h")] {
            #expect(ConnectionFiles.expanded(path, home: home) == path)
        }
        for name in ConnectionFiles.names {
            let options = try ConnectionOptions(stated: [:], values: ["host": "h", name: "~/file"])
            #expect(options.value(name)?.hasPrefix("~") == (ConnectionFiles.home == nil))
        }
    }
}

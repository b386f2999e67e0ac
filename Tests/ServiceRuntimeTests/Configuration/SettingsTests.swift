import CurlHTTP
import ServiceRuntime
import Testing

@Suite("Settings: white space around a value")
struct SettingsTests {
    @Test(
        "white space around a value is no part of it, whatever kind it is",
        arguments: [
            "\n", "\r\n", " ", "\t", "\u{A0}", "\u{FEFF}", " \n\t ",
        ])
    func trimmed(space: String) throws {
        let settings = Settings(variables: [
            "LEGACY_API_KEY": "key\(space)", "SYNC_BATCH_SIZE": "\(space)7\(space)", "SYNC_MODE": "\(space)Full",
            "ALLOW_PLAINTEXT_HTTP": "true\(space)", "EMPTY": space,
        ])
        #expect(settings.string("LEGACY_API_KEY", isSecret: true) == "key")
        #expect(try settings.integer("SYNC_BATCH_SIZE", in: 1...9, default: 1) == 7)
        #expect(try settings.allowsPlaintextHTTP())
        #expect(settings.string("EMPTY") == nil)
        #expect(settings.environment["EMPTY"] == nil)
        #expect(settings.environment["SYNC_BATCH_SIZE"] == "7")
    }

    @Test("white space within a value stays, and so does that around a password or a connection string")
    func verbatim() {
        let settings = Settings(variables: [
            "SYNC_API_TOKEN": "two words", "DATABASE_URL": " host=db password=' x ' ", "PGPASSWORD": " x ",
        ])
        #expect(settings.string("SYNC_API_TOKEN") == "two words")
        #expect(settings.string("DATABASE_URL") == " host=db password=' x ' ")
        #expect(settings.environment["PGPASSWORD"] == " x ")
    }

    @Test("flags are trimmed too, and go before the environment")
    func flags() {
        let settings = Settings(flags: ["AWS_REGION": "eu-west-1 "], variables: ["AWS_REGION": "us-east-1"])
        #expect(settings.string("AWS_REGION") == "eu-west-1")
        #expect(settings.environment["AWS_REGION"] == "eu-west-1")
        #expect(settings.assuming(["AWS_REGION": ""]).environment["AWS_REGION"] == nil)
    }

    private func problem(_ variables: [String: String]) -> String? {
        do {
            _ = try DatabaseSettings.configuration(
                Settings(variables: variables.merging(["HOME": "/nonexistent"]) { $1 }), applicationName: "test")
            return nil
        } catch {
            return error.variable
        }
    }

    @Test("white space around a connection string or what libpq reads by itself is refused by name")
    func database() {
        let url = "postgresql://ana:s3cr3t@db.example/users"
        #expect(problem(["DATABASE_URL": url]) == nil)
        for space in ["\n", " ", "\t"] {
            #expect(problem(["DATABASE_URL": url + space]) == "DATABASE_URL")
            #expect(problem(["DATABASE_URL": space + url]) == "DATABASE_URL")
            #expect(problem(["PGHOST": "db\(space)"]) == "PGHOST")
            #expect(problem(["PGHOST": "db", "PGUSER": "\(space)ana"]) == "PGUSER")
        }
        #expect(problem(["PGHOST": "db", "PGPASSWORD": " x "]) == nil)
    }

    @Test("a line break at the end of a password is refused, and nothing that libpq does not read is looked at")
    func lineBreaks() {
        for end in ["\n", "\r\n", "\r"] {
            #expect(problem(["PGHOST": "db", "PGPASSWORD": "x\(end)"]) == "PGPASSWORD")
        }
        #expect(problem(["PGHOST": "db", "PGOPTIONS": " -c search_path=app "]) == nil)
        #expect(problem(["PGHOST": "db", "PG_VERSION": "15.4 ", "PGADMIN_SETUP": " x\n"]) == nil)
    }

    @Test("a program that waits for the database misses a file of its settings at once")
    func files() throws {
        let settings = Settings(variables: [
            "HOME": "/nonexistent",
            "DATABASE_URL": "postgresql://u:p@db/x?sslmode=verify-full&sslrootcert=/nonexistent/ca.pem",
        ])
        #expect(throws: Never.self) { try DatabaseSettings.configuration(settings, applicationName: "test") }
        #expect(throws: ConfigurationError.self) {
            try DatabaseSettings.patientConfiguration(settings, applicationName: "test")
        }
    }
}

@Suite("Settings: files")
struct FileSettingsTests {
    @Test("a file that cannot be read is refused by the name of its variable; a leading ~ is the home folder")
    func readable() throws {
        #expect(throws: ConfigurationError.self) {
            try Settings(variables: ["LEGACY_API_CA_FILE": "/nonexistent.pem"]).readableFile("LEGACY_API_CA_FILE")
        }
        #expect(throws: ConfigurationError.self) {
            try Settings(variables: ["LEGACY_API_CA_FILE": "/etc"]).readableFile("LEGACY_API_CA_FILE")
        }
        let settings = Settings(variables: ["HOME": "/etc", "LEGACY_API_CA_FILE": "~/passwd"])
        #expect(try settings.readableFile("LEGACY_API_CA_FILE") == "/etc/passwd")
        #expect(try Settings(variables: [:]).readableFile("LEGACY_API_CA_FILE") == nil)
    }

    private func authorities(_ variables: [String: String]) throws -> String? {
        let settings = Settings(variables: variables.merging(["HOME": "/nonexistent"]) { $1 })
        return try settings.http(settings.aws()).certificateAuthorityFile
    }

    @Test("AWS is trusted by AWS_CA_BUNDLE, else by SSL_CERT_FILE")
    func aws() throws {
        #expect(try authorities([:]) == nil)
        #expect(try authorities(["SSL_CERT_FILE": "/x.pem"]) == "/x.pem")
        #expect(try authorities(["SSL_CERT_FILE": "/x.pem", "AWS_CA_BUNDLE": "/etc/passwd"]) == "/etc/passwd")
        #expect(throws: ConfigurationError.self) { try authorities(["AWS_CA_BUNDLE": "/nonexistent.pem"]) }
    }

    @Test("a proxy that is none is refused by the name of its variable")
    func proxy() throws {
        let settings = Settings(variables: ["HTTPS_PROXY": "gopher://s3cr3t"])
        do {
            _ = try settings.proxy()
            Issue.record("no error")
        } catch {
            #expect(error.variable == "HTTPS_PROXY")
            #expect(!"\(error)".contains("s3cr3t"))
        }
        #expect(try Settings(variables: ["https_proxy": "http://p:1\n"]).proxy()?.authority == "p:1")
    }
}

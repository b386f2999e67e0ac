import Testing

@testable import Postgres

@Suite("Passwords that are made for each connection")
struct EncryptedLoginTests {
    private func login(
        _ connectionString: String, defaults: [String: String] = ["port": "5432", "sslmode": "prefer", "user": "root"]
    ) throws -> EncryptedLogin {
        let stated = try ConnectionString.stated(in: connectionString)
        let options = try ConnectionOptions(stated: stated, values: defaults.merging(stated) { $1 })
        return try EncryptedLogin(options, host: options.hosts[0])
    }

    @Test("they go to one named host and user, and by default to one that proves its name")
    func target() throws {
        let stated = try login("postgresql://ana@db.example:6543/users")
        #expect(stated.target == PostgresTarget(host: "db.example", port: 6543, user: "ana"))
        #expect(stated.sslMode == "verify-full")
        let filledIn = try login("dbname=users", defaults: ["host": "db.example", "port": "5432", "user": "ana"])
        #expect(filledIn.target == PostgresTarget(host: "db.example", port: 5432, user: "ana"))
    }

    @Test("modes that always encrypt are kept", arguments: ["require", "verify-ca", "verify-full"])
    func encrypting(_ mode: String) throws {
        #expect(try login("host=db user=ana sslmode=\(mode)").sslMode == mode)
        #expect(try login("host=db user=ana", defaults: ["sslmode": mode]).sslMode == mode)
    }

    @Test(
        "where they could be seen, or be meant for somebody else, none is made",
        arguments: [
            "host=db user=ana sslmode=disable", "host=db user=ana sslmode=allow", "host=db user=ana sslmode=prefer",
            "host=/var/run/postgresql user=ana", "host=@abstract user=ana", "user=ana",
            "host=db user=ana port=1,2", "host=db user=ana port=70000", "host=db user=ana password=fixed",
        ])
    func refused(_ connectionString: String) {
        let error = #expect(throws: PostgresError.self) { try login(connectionString) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.description.contains("fixed") == false)
    }

    private struct Source: PostgresPasswordSource {
        let error: PostgresPasswordError?
        let adviceWhenRefused = "look there"

        func password(for target: PostgresTarget) async throws(PostgresPasswordError) -> String {
            if let error { throw error }
            return "made for \(target.user)"
        }
    }

    private func login(
        _ connectionString: String, _ error: PostgresPasswordError?
    ) async throws(PostgresError) -> (transport: EncryptedLogin, password: String)? {
        var configuration = PostgresConfiguration(connectionString: connectionString, applicationName: "app")
        configuration.passwordSource = Source(error: error)
        let options = try ConnectionOptions.read(connectionString)
        return try await configuration.login(options, host: options.hosts[0])
    }

    @Test("each of several hosts gets a password of its own, and one that is no named host is refused")
    func severalHosts() throws {
        let options = try ConnectionOptions.read("host=a,b port=1,2 user=ana")
        let targets = try options.hosts.map { try EncryptedLogin(options, host: $0).target }
        #expect(targets.map(\.host) == ["a", "b"] && targets.map(\.port) == [1, 2])
        var configuration = PostgresConfiguration(connectionString: "host=a,/tmp user=ana", applicationName: "app")
        configuration.passwordSource = Source(error: nil)
        #expect(throws: PostgresError.self) { try configuration.check() }
    }

    @Test("what libpq gets has the made password and an encrypting mode, whatever else is set")
    func parameters() async throws {
        let made = try await login("host=db user=ana gssencmode=prefer", nil)
        let options = try ConnectionOptions.read("host=db user=ana gssencmode=prefer")
        let pairs = ConnectionParameters(
            options, step: ConnectPlan.Step(host: options.hosts[0], sessionAttributes: "any"), address: nil,
            applicationName: "app", startupOptions: nil, login: made
        ).pairs
        let values = Dictionary(uniqueKeysWithValues: pairs.map { ($0.keyword, $0.value) })
        #expect(values["password"] == "made for ana")
        #expect(values["sslmode"] == "verify-full")
        #expect(values["gssencmode"] == "disable")
    }

    @Test("no password is an error that says why, and whether it may pass", arguments: [true, false])
    func noPassword(isTransient: Bool) async {
        let error = await #expect(throws: PostgresError.self) {
            try await login(
                "host=db user=ana", PostgresPasswordError(message: "no keys", isTransient: isTransient))
        }
        #expect(error?.isTransient == isTransient)
        #expect(error?.message.contains("no keys") == true)
    }
}

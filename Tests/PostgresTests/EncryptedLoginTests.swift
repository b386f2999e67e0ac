import Testing

@testable import Postgres

@Suite("Passwords that are made for each connection")
struct EncryptedLoginTests {
    private func login(
        _ connectionString: String, defaults: [String: String] = ["port": "5432", "sslmode": "prefer", "user": "root"]
    ) throws -> EncryptedLogin {
        try EncryptedLogin(stated: ConnectionString.options(connectionString), defaults: defaults)
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
            "host=/var/run/postgresql user=ana", "host=@abstract user=ana", "user=ana", "host=a,b user=ana",
            "host=db user=ana port=1,2", "host=db user=ana port=70000", "host=db user=ana password=fixed",
            "service=production",
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

    private func parameters(
        _ connectionString: String, _ error: PostgresPasswordError? = nil
    ) async throws(PostgresError) -> ConnectionParameters {
        var configuration = PostgresConfiguration(connectionString: connectionString, applicationName: "app")
        configuration.passwordSource = Source(error: error)
        return try await configuration.connectionParameters()
    }

    @Test("what libpq gets has the password and the mode last, where nothing can override them")
    func parameters() async throws {
        let pairs = try await parameters("host=db user=ana gssencmode=prefer").pairs
        let last = Dictionary(pairs.map { ($0.keyword, $0.value) }) { $1 }
        #expect(last["password"] == "made for ana")
        #expect(last["sslmode"] == "verify-full")
        #expect(last["gssencmode"] == "disable")
    }

    @Test("no password is an error that says why, and whether it may pass", arguments: [true, false])
    func noPassword(isTransient: Bool) async {
        let error = await #expect(throws: PostgresError.self) {
            try await parameters(
                "host=db user=ana", PostgresPasswordError(message: "no keys", isTransient: isTransient))
        }
        #expect(error?.isTransient == isTransient)
        #expect(error?.message.contains("no keys") == true)
    }
}

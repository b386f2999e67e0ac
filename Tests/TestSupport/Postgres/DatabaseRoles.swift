/// The login roles of `infra/sql/roles.sql` on a test's server, each with a password of its own.
package struct DatabaseRoles: Sendable {
    package enum Role: String, CaseIterable, Sendable {
        case owner = "user_sync_owner"
        case orchestrator = "user_sync_orchestrator"
        case worker = "user_sync_worker"
        case viewer = "user_sync_viewer"
    }

    /// Each long enough to be searched for.
    package let passwords: [Role: String]

    /// Makes the roles, and lets them into the database; its tables, and what the roles may do with them, come with a migration.
    package static func install(in database: TestDatabase) async throws -> DatabaseRoles {
        let roles = try await Registry.shared.roles(on: database.server)
        try await database.server.run(file: "\(packageRoot)/infra/sql/roles.sql", database: database.name)
        return roles
    }

    /// Where a role logs in with its password, in URL form.
    package func connectionString(_ role: Role, _ database: TestDatabase) -> String {
        database.server.connectionString(
            database: database.name, user: role.rawValue, password: passwords[role] ?? "")
    }

    /// Gives the roles what they need on the tables that are there now, as the owner does after a migration.
    package func grant(in database: TestDatabase) async throws {
        try await database.server.run(
            file: "\(packageRoot)/infra/sql/grants.sql", database: database.name,
            as: (Role.owner.rawValue, passwords[.owner] ?? ""))
    }

    /// Runs a statement as one of the roles.
    /// - Throws: ``TestSupportError`` with the server's message.
    package func run(_ statement: String, as role: Role, in database: TestDatabase) async throws {
        try await database.server.run(
            statement: statement, database: database.name, as: (role.rawValue, passwords[role] ?? ""))
    }

    /// Roles belong to a whole server, so they are made once for each; two tests that made them at once would disturb each other.
    private actor Registry {
        static let shared = Registry()
        private var made: [(server: PostgresServer, roles: Task<DatabaseRoles, any Error>)] = []

        func roles(on server: PostgresServer) async throws -> DatabaseRoles {
            if let known = made.first(where: { $0.server === server }) { return try await known.roles.value }
            let task = Task {
                try await server.run(file: "\(packageRoot)/infra/sql/roles.sql", database: "postgres")
                let passwords = Dictionary(
                    uniqueKeysWithValues: Role.allCases.map { ($0, "pw-\(UInt64.random(in: 0 ... .max))") })
                for (role, password) in passwords {
                    _ = try await server.query("ALTER ROLE \(role.rawValue) PASSWORD '\(password)'")
                }
                return DatabaseRoles(passwords: passwords)
            }
            made.append((server, task))
            return try await task.value
        }
    }
}

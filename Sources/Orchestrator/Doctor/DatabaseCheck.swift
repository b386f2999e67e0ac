import Postgres
import ServiceRuntime
import SyncStorage

/// Judges what the database says about itself.
enum DatabaseCheck {
    /// The oldest version that this is tested with and that its makers still mend.
    private static let oldestVersion = 140_000

    static func findings(_ facts: DatabaseFacts) -> [Finding] {
        [database(facts), schema(facts), tables(facts), privileges(facts)]
    }

    private static func database(_ facts: DatabaseFacts) -> Finding {
        switch facts.readOnlyCause {
        case .standby:
            return .problem(
                .database, "PostgreSQL \(facts.serverVersion) answers, but it is a standby and only allows reading",
                advice: "point DATABASE_URL at the primary, not at a standby or a reader endpoint")
        case .setting:
            return .problem(
                .database,
                "PostgreSQL \(facts.serverVersion) answers, but default_transaction_read_only is on (it is no standby)",
                advice: "look at the server's disk: providers set it when the disk is full; then set it off again")
        case nil: break
        }
        if facts.serverVersionNumber < oldestVersion {
            return .warning(
                .database, "PostgreSQL \(facts.serverVersion) is older than what this is tested with",
                advice: "upgrade the server to version \(oldestVersion / 10_000) or later")
        }
        return .ok(.database, "PostgreSQL \(facts.serverVersion) answers and can be written to")
    }

    private static func schema(_ facts: DatabaseFacts) -> Finding {
        let needed = Migrator.latestVersion
        if facts.schemaVersion == 0 {
            return .problem(.schema, "there is no user-sync schema", advice: "run 'orchestrator migrate'")
        }
        if facts.schemaVersion < needed {
            return .problem(
                .schema, "the schema is version \(facts.schemaVersion), this program needs \(needed)",
                advice: "run 'orchestrator migrate'")
        }
        return .ok(
            .schema,
            facts.schemaVersion == needed
                ? "version \(needed), as this program needs it"
                : "version \(facts.schemaVersion), newer than this program (\(needed)): an upgrade is under way")
    }

    /// Tables that another program has made, or changed.
    private static func tables(_ facts: DatabaseFacts) -> Finding {
        guard facts.unsuitableTables.isEmpty else {
            return .problem(
                .tables, facts.unsuitableTables.joined(separator: "; "),
                advice: "change the tables as it says: no sync and no migration starts before")
        }
        guard facts.narrowColumns.isEmpty else {
            return .warning(
                .tables, facts.narrowColumns.joined(separator: "; "),
                advice: "nothing, if no user needs more. Users who do not fit are set aside: see 'orchestrator rejects'"
            )
        }
        return facts.schemaVersion == 0
            ? .skipped(.tables, "there are no tables yet") : .ok(.tables, "users and sync_logs are as they must be")
    }

    private static func privileges(_ facts: DatabaseFacts) -> Finding {
        guard facts.schemaVersion > 0 else { return .skipped(.privileges, "there are no tables yet") }
        guard facts.missingPrivileges.isEmpty else {
            return .problem(
                .privileges, "this role lacks \(facts.missingPrivileges.joined(separator: ", "))",
                advice: "run infra/sql/grants.sql as the owner of the tables, as after each migration")
        }
        return .ok(.privileges, "this role may do all that an orchestrator does")
    }
}

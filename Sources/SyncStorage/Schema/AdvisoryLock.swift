/// The keys of the advisory locks this service takes, all in the same database as its tables.
enum AdvisoryLock {
    /// Held by the orchestrator for as long as a sync runs: ASCII "usersync".
    static let sync: Int64 = 0x75_73_65_72_73_79_6e_63
    /// Held while the schema is changed: ASCII "usermigr".
    static let migration: Int64 = 0x75_73_65_72_6d_69_67_72
}

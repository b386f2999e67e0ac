/// Why a server takes no writes. Both are about the world and may pass: a new connection finds out.
package enum ReadOnlyCause: String, Sendable, CaseIterable {
    /// The server follows another one. After a failover, the address still leads to the old one, or to a replica.
    case standby
    /// `default_transaction_read_only` is on for the server, the database or the role. Providers set it when the disk is full.
    case setting

    static let reportedSettings = ["in_hot_standby", "default_transaction_read_only"]

    /// - Parameter reported: what the server last reported of ``reportedSettings``. PostgreSQL 14 and later report both.
    init?(reported: [String: String]) {
        if reported["in_hot_standby"] == "on" {
            self = .standby
        } else if reported["default_transaction_read_only"] == "on" {
            self = .setting
        } else {
            return nil
        }
    }

    /// The end of an error's sentence.
    var explanation: String {
        switch self {
        case .standby: "the server is a standby"
        case .setting:
            "default_transaction_read_only is on, which providers set when the disk is full; the server is no standby"
        }
    }

    var advice: String {
        switch self {
        case .standby:
            "Connect to the primary: with several hosts and target_session_attrs=read-write it is found by itself"
        case .setting:
            "Free or add disk space, then take the setting back (ALTER ROLE, ALTER DATABASE or the provider's console); it is never overridden"
        }
    }
}

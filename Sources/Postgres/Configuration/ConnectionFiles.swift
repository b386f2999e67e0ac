import Glibc

/// The files that connection settings name.
///
/// libpq finds out only while it connects that one is missing, where it looks like a failure that may pass, or goes on without it: without
/// a password, or without the check of the server's certificate.
struct ConnectionFiles {
    /// The options whose value is a path. `sslkey` may name an engine's key instead, and `sslrootcert` the system's authorities.
    static let names = ["passfile", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir"]

    private let options: ConnectionOptions
    /// libpq's `sslmode`, as it will be used.
    private let sslMode: String
    private let needsPassword: Bool

    /// - Parameter makesPasswords: a password is made for each connection, by ``EncryptedLogin``'s rules.
    init(_ options: ConnectionOptions, makesPasswords: Bool) {
        self.options = options
        let isUnset = options.stated["sslmode"] == nil && (options.value("sslmode") ?? "prefer") == "prefer"
        sslMode = makesPasswords && isUnset ? "verify-full" : options.value("sslmode") ?? "prefer"
        needsPassword = !makesPasswords && options.value("password") == nil
    }

    /// A path with a leading `~` taken for the home folder, which libpq leaves to the shell. An env file or a task definition has none.
    static func expanded(_ path: String, home: String?) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home else { return path }
        return home + path.dropFirst()
    }

    /// The home folder as libpq finds it: `HOME`, else what the system's list of users says.
    static var home: String? {
        if let home = getenv("HOME").map({ String(cString: $0) }), !home.isEmpty { return home }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 << 10) { buffer in
            guard let text = buffer.baseAddress, getpwuid_r(getuid(), &entry, text, buffer.count, &found) == 0,
                found != nil, let folder = entry.pw_dir
            else { return nil }
            return String(cString: folder)
        }
    }

    /// Looks whether each file that will be needed can be used as libpq demands it.
    /// - Throws: `PostgresError` with code `.invalidConfiguration`. It names the parameter and shows no path: that could be a password in
    ///   the wrong place.
    func check() throws(PostgresError) {
        if needsPassword, let path = options.value("passfile") {
            try checkReadable(path, "passfile")
            if Self.isRegular(path), Self.mode(path) & 0o077 != 0 {
                throw ConnectionString.refused(
                    "passfile (PGPASSFILE) names a file that others may read, so that libpq ignores it: chmod 600")
            }
        }
        guard sslMode != "disable", options.hosts.contains(where: { !$0.isLocalSocket }) else { return }
        try checkAuthorities()
        if let path = options.value("sslcert") { try checkReadable(path, "sslcert") }
        if let path = options.value("sslkey"), path.hasPrefix("/") || path.hasPrefix(".") {
            try checkReadable(path, "sslkey")
            // libpq's own rule: root may share its keys with a group.
            let forbidden: mode_t = Self.owner(path) == 0 ? 0o037 : 0o077
            if Self.mode(path) & forbidden != 0 {
                throw ConnectionString.refused(
                    "sslkey (PGSSLKEY) names a file that others may read, which libpq refuses: chmod 600")
            }
        }
    }

    private func checkAuthorities() throws(PostgresError) {
        let isVerified = sslMode.hasPrefix("verify-")
        guard isVerified || sslMode == "require" else { return }
        guard let path = options.value("sslrootcert") else {
            guard isVerified else { return }
            let usual = Self.home.map { "\($0)/.postgresql/root.crt" }
            guard let usual, access(usual, R_OK) == 0 else {
                throw ConnectionString.refused(
                    "sslmode=\(sslMode) needs a file of authorities: name it in sslrootcert (PGSSLROOTCERT); "
                        + "~/.postgresql/root.crt cannot be read either")
            }
            return
        }
        // A word of libpq 16: the system's authorities.
        if path == "system", LibpqOptions.majorVersion >= 16 { return }
        try checkReadable(path, "sslrootcert")
    }

    private func checkReadable(_ path: String, _ name: String) throws(PostgresError) {
        guard access(path, R_OK) == 0 else {
            throw ConnectionString.refused(
                "\(name) (PG\(name.uppercased())) names a file that does not exist or cannot be read")
        }
    }

    private static func isRegular(_ path: String) -> Bool {
        status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
    }
    private static func mode(_ path: String) -> mode_t { status(path)?.st_mode ?? 0 }
    private static func owner(_ path: String) -> uid_t { status(path)?.st_uid ?? 0 }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}

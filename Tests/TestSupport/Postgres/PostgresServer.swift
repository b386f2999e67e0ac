import Foundation
import Glibc
import Synchronization

/// A real PostgreSQL server of the tests' own: on 127.0.0.1 and a port of its own, with its data in a temporary folder.
///
/// It survives the kill of its processes like any PostgreSQL, but not the loss of power (`fsync` is off), which no test makes.
/// It is gone when the test process is, however that ends.
package final class PostgresServer: Sendable {
    /// How a server stops.
    package enum ShutdownMode: Sendable {
        /// Waits until the clients have gone.
        case smart
        /// Rolls back what is running and disconnects the clients.
        case fast
        /// Ends at once, as in a crash; the next start recovers from the log.
        case immediate

        var signal: Int32 {
            switch self {
            case .smart: SIGTERM
            case .fast: SIGINT
            case .immediate: SIGQUIT
            }
        }
    }

    /// The TCP port on 127.0.0.1; the same after a restart.
    package let port: Int
    /// The superuser.
    package let user = "sync_test"
    /// The superuser's password, which connections over TCP need.
    package let password: String
    /// The folder of the server's Unix socket; only the server's own account and root come in.
    package let socketFolder: String

    private let installation: PostgresInstallation
    private let folder: TemporaryFolder
    private let options: [String]
    private let process = Mutex<ChildProcess?>(nil)
    private let databases = Atomic<Int>(0)

    private static let sharedServer = Shared { try await PostgresServer.start() }

    /// The server that all tests of this process share; a test takes a database of its own from it.
    package static func shared() async throws -> PostgresServer {
        try await sharedServer.value()
    }

    /// Starts a server of a test's own.
    ///
    /// - Parameters:
    ///   - settings: server settings by name, such as `max_connections`; they come after the defaults here.
    ///   - certificate: what the server shows over TLS; nil: it speaks none.
    ///   - access: lines of `pg_hba.conf` that come before the usual ones, which ask for a password.
    /// - Throws: ``TestSupportError`` with the end of the server's log when it does not come up.
    package static func start(
        settings: [String: String] = [:], certificate: TestCertificate? = nil, access: [String] = []
    ) async throws -> PostgresServer {
        let server = try PostgresServer(settings: settings)
        try await server.initialize()
        if let certificate { try server.install(certificate) }
        try server.allow(access)
        try await server.start()
        return server
    }

    private init(settings: [String: String]) throws {
        installation = try PostgresInstallation.find()
        folder = try TemporaryFolder(prefix: "pg")
        if let account = installation.account, chown(folder.path, account.uid, account.gid) != 0 {
            throw TestSupportError.system("chown \(folder.path)", errno)
        }
        port = try freePort()
        password = String((0..<24).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "x" })
        socketFolder = folder.path
        let defaults = [
            "listen_addresses": "127.0.0.1", "port": "\(port)", "unix_socket_directories": folder.path,
            "unix_socket_permissions": "0700", "fsync": "off", "max_connections": "200",
            "log_line_prefix": "%m [%p] %d ",
            "log_checkpoints": "off",
        ]
        options = defaults.merging(settings) { _, new in new }.sorted { $0.key < $1.key }.flatMap {
            ["-c", "\($0.key)=\($0.value)"]
        }
    }

    /// A connection string, in URL form, for one of the server's databases.
    package func connectionString(database: String = "postgres") -> String {
        connectionString(database: database, user: user, password: password)
    }

    /// A connection string, in URL form, for another user than the superuser.
    package func connectionString(database: String, user: String, password: String) -> String {
        "postgresql://\(user):\(password)@127.0.0.1:\(port)/\(database)"
    }

    /// Creates an empty database for one test.
    /// - Parameter encoding: as `CREATE DATABASE` names it.
    package func createDatabase(encoding: String = "UTF8") async throws -> TestDatabase {
        let number = databases.wrappingAdd(1, ordering: .relaxed).newValue
        let database = TestDatabase(server: self, name: "test_\(getpid())_\(number)")
        // Of the C locale, every encoding is allowed.
        let options = encoding == "UTF8" ? "" : " ENCODING '\(encoding)' LOCALE 'C' TEMPLATE template0"
        _ = try await query("CREATE DATABASE \(database.name)\(options)", database: "postgres")
        return database
    }

    /// Runs SQL with `psql`, a client that is not ours, and returns its rows: fields split by `|`, NULL as an empty field.
    ///
    /// - Throws: ``TestSupportError`` with the server's message.
    package func query(_ sql: String, database: String = "postgres") async throws -> String {
        try await psql(["-c", sql], database: database, user: user, password: password)
    }

    /// Runs a file of SQL with `psql`.
    ///
    /// - Parameters:
    ///   - variables: what the file reads as `:name`.
    ///   - user: who runs it; nil: the superuser.
    package func run(
        file: String, variables: [String: String] = [:], database: String,
        as login: (user: String, password: String)? = nil
    ) async throws {
        let definitions = variables.sorted { $0.key < $1.key }.flatMap { ["-v", "\($0.key)=\($0.value)"] }
        _ = try await psql(
            definitions + ["-f", file], database: database, user: login?.user ?? user,
            password: login?.password ?? password)
    }

    /// Runs one statement with `psql` as another user than the superuser.
    package func run(statement: String, database: String, as login: (user: String, password: String)) async throws {
        _ = try await psql(["-c", statement], database: database, user: login.user, password: login.password)
    }

    private func psql(
        _ arguments: [String], database: String, user: String, password: String
    ) async throws -> String {
        let result = try await ChildProcess.run(
            "\(installation.folder)/psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"] + arguments,
            environment: [
                "PGHOST": "127.0.0.1", "PGPORT": "\(port)", "PGUSER": user, "PGPASSWORD": password,
                "PGDATABASE": database,
                "PGCLIENTENCODING": "UTF8", "PGTZ": "UTC", "LC_ALL": "C.UTF-8",
            ])
        guard result.status == 0 else { throw TestSupportError("psql: \(result.errorOutput)") }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    }

    /// Starts the server again after ``stop(_:)``.
    package func start() async throws {
        let command = installation.command("postgres", ["-D", data] + options)
        let child = try ChildProcess.start(
            command.executable, command.arguments, environment: environment, directory: folder.path, logFile: log,
            stopSignal: SIGINT)
        process.withLock { $0 = child }
        try await child.becomesReady(within: .seconds(60)) {
            Self.isReady(pidFile: "\(data)/postmaster.pid", pid: child.pid)
        }
    }

    /// Stops the server and waits until it is gone.
    package func stop(_ mode: ShutdownMode = .fast) async throws {
        guard let child = process.withLock({ $0 }) else { return }
        child.signal(mode.signal)
        _ = try await child.wait(deadline: .seconds(60))
    }

    /// Stops the server, then starts it on the same port with the same data.
    package func restart(_ mode: ShutdownMode = .fast) async throws {
        try await stop(mode)
        try await start()
    }

    /// Stops the server and starts it in recovery: it takes no writes, like any standby, and follows nobody.
    package func restartAsStandby() async throws {
        try await stop()
        let file = "\(data)/standby.signal"
        try "".write(toFile: file, atomically: false, encoding: .utf8)
        if let account = installation.account { chown(file, account.uid, account.gid) }
        try await start()
    }

    /// The end of the server's log, for messages.
    package func logTail(_ lines: Int = 40) -> String {
        process.withLock { $0 }?.lastLines(lines) ?? ""
    }

    private var data: String { folder.file("data") }
    private var log: String { folder.file("log") }
    private var environment: [String: String] {
        ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"]
    }

    private func initialize() async throws {
        let passwordFile = try folder.write(password + "\n", to: "password")
        defer { unlink(passwordFile) }
        if let account = installation.account { chown(passwordFile, account.uid, account.gid) }
        let command = installation.command(
            "initdb",
            [
                "-D", data, "-U", user, "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile=\(passwordFile)",
                "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            ])
        let result = try await ChildProcess.run(
            command.executable, command.arguments, environment: environment, directory: folder.path)
        guard result.status == 0 else {
            throw TestSupportError("initdb failed:\n\(result.errorOutput)\(result.output)")
        }
    }

    /// Puts a certificate and its key where the server, which runs under another account, can read them.
    private func install(_ certificate: TestCertificate) throws {
        for (source, name) in [(certificate.certificateFile, "server.crt"), (certificate.keyFile, "server.key")] {
            let copy = "\(data)/\(name)"
            try FileManager.default.copyItem(atPath: source, toPath: copy)
            chmod(copy, 0o600)
            if let account = installation.account { chown(copy, account.uid, account.gid) }
        }
        try append("ssl = on\n", to: "postgresql.conf")
    }

    private func allow(_ access: [String]) throws {
        guard !access.isEmpty else { return }
        let file = "\(data)/pg_hba.conf"
        let usual = try String(contentsOfFile: file, encoding: .utf8)
        // Written in place: the file keeps its owner.
        try (access.joined(separator: "\n") + "\n" + usual).write(toFile: file, atomically: false, encoding: .utf8)
    }

    private func append(_ text: String, to name: String) throws {
        let file = "\(data)/\(name)"
        try (String(contentsOfFile: file, encoding: .utf8) + text).write(
            toFile: file, atomically: false, encoding: .utf8)
    }

    /// The server writes its process id in the first line of this file, and "ready" in the eighth once it takes connections;
    /// "standby" if it is one.
    private static func isReady(pidFile: String, pid: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: pidFile, encoding: .utf8) else { return false }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count > 7 && lines[0] == "\(pid)" && (lines[7].hasPrefix("ready") || lines[7].hasPrefix("standby"))
    }
}

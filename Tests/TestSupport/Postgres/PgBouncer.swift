import Foundation
import Glibc

/// A real PgBouncer of a test's own, before a real server: on 127.0.0.1 and a port of its own.
package final class PgBouncer: Sendable {
    /// How it gives server processes to clients.
    package enum PoolMode: String, Sendable, CaseIterable { case session, transaction, statement }

    package let port: Int
    private let folder: TemporaryFolder
    private let child: ChildProcess
    private let server: PostgresServer

    /// Starts one. Clients log in as the server's superuser, with its password.
    ///
    /// - Parameters:
    ///   - logins: other users that may come in.
    ///   - size: server processes at most, per user.
    ///   - settings: lines of its configuration, after the usual ones.
    /// - Throws: ``TestSupportError`` when it is not installed or does not come up.
    package static func start(
        before server: PostgresServer, mode: PoolMode, logins: [(user: String, password: String)] = [], size: Int = 5,
        settings: [String] = []
    ) async throws -> PgBouncer {
        let bouncer = try PgBouncer(before: server, mode: mode, logins: logins, size: size, settings: settings)
        try await eventually(within: .seconds(20), "PgBouncer listens") {
            guard bouncer.child.isRunning else { throw TestSupportError(bouncer.child.lastLines()) }
            return bouncer.accepts()
        }
        return bouncer
    }

    private init(
        before server: PostgresServer, mode: PoolMode, logins: [(user: String, password: String)], size: Int,
        settings: [String]
    ) throws {
        self.server = server
        port = try freePort()
        folder = try TemporaryFolder(prefix: "pgbouncer")
        let installation = try PostgresInstallation.find()
        let users = try folder.write(
            (logins + [(server.user, server.password)]).map { "\"\($0.user)\" \"\($0.password)\"\n" }.joined(),
            to: "users.txt")
        let lines =
            [
                "[databases]", "* = host=127.0.0.1 port=\(server.port)", "[pgbouncer]", "listen_addr = 127.0.0.1",
                "listen_port = \(port)", "unix_socket_dir =", "auth_type = plain", "auth_file = \(users)",
                "pool_mode = \(mode.rawValue)", "default_pool_size = \(size)", "min_pool_size = 0",
            ] + settings
        let file = try folder.write(lines.joined(separator: "\n") + "\n", to: "pgbouncer.ini")
        guard let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first(where: { access("\($0)", X_OK) == 0 })
        else {
            throw TestSupportError("no PgBouncer found: run scripts/setup")
        }
        var command = (executable: program, arguments: [file])
        // It refuses to run as root, as the server does.
        if let account = installation.account {
            for path in [folder.path, users, file] { chown(path, account.uid, account.gid) }
            command = (
                "setpriv",
                ["--reuid=\(account.uid)", "--regid=\(account.gid)", "--clear-groups", "--", program, file]
            )
        }
        child = try ChildProcess.start(
            command.executable, command.arguments, directory: folder.path, stopSignal: SIGINT)
    }

    /// A connection string, in URL form, that leads through it.
    package func connectionString(database: String = "postgres") -> String {
        "postgresql://\(server.user):\(server.password)@127.0.0.1:\(port)/\(database)"
    }

    package func stop() { child.kill() }

    private func accepts() -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

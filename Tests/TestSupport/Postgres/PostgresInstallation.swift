import Foundation
import Glibc

/// The PostgreSQL programs on this machine, and the account they may run under.
struct PostgresInstallation: Sendable {
    /// The folder of `initdb`, `postgres` and `psql`.
    let folder: String
    /// The account to run the server under when the tests run as root: PostgreSQL refuses to run as root.
    let account: (name: String, uid: uid_t, gid: gid_t)?

    /// Finds the newest version in Debian's folders, else in `PATH`.
    static func find() throws -> PostgresInstallation {
        let parent = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).compactMap { Int($0) }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = versions.sorted(by: >).map { "\(parent)/\($0)/bin" } + path.split(separator: ":").map(String.init)
        guard
            let folder = folders.first(where: {
                access("\($0)/initdb", X_OK) == 0 && access("\($0)/postgres", X_OK) == 0
            })
        else { throw TestSupportError("no PostgreSQL server found in \(parent) or PATH: run scripts/setup") }
        return PostgresInstallation(folder: folder, account: geteuid() == 0 ? try unprivilegedAccount() : nil)
    }

    /// The program and arguments that run a PostgreSQL program under an account that it accepts, in the same process.
    func command(_ program: String, _ arguments: [String]) -> (executable: String, arguments: [String]) {
        guard let account else { return ("\(folder)/\(program)", arguments) }
        let become = ["--reuid=\(account.uid)", "--regid=\(account.gid)", "--clear-groups", "--"]
        return ("setpriv", become + ["\(folder)/\(program)"] + arguments)
    }

    private static func unprivilegedAccount() throws -> (name: String, uid: uid_t, gid: gid_t) {
        for name in ["postgres", "nobody"] {
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            var buffer = [CChar](repeating: 0, count: 4096)
            if getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil {
                return (name, entry.pw_uid, entry.pw_gid)
            }
        }
        throw TestSupportError("PostgreSQL does not run as root, and there is neither a postgres nor a nobody account")
    }
}

import Glibc
import Synchronization

/// Makes sure that nothing a test process started outlives it, however the test process ends: `kill -9` and crashes included.
///
/// A supervising `sh` reads one end of a socket whose other end only the test process holds. The kernel closes that end when the
/// test process is gone; the supervisor then sees the end of its input, stops every process group it was told of and removes the
/// temporary folder. It sits in a session of its own, so a Ctrl-C in the terminal does not take it away before it has done so.
final class ProcessGuardian: Sendable {
    /// The one guardian of this test process.
    static func shared() throws -> ProcessGuardian {
        try instance.get()
    }

    private static let instance = Result { try ProcessGuardian() }

    /// The folder that holds every temporary file of this test process. Others may pass through it, but not list it.
    let folder: String

    private let lifeline: Mutex<Int32>

    private init() throws {
        let folder = try Self.makeFolder()
        let (mine, theirs) = try socketPair()
        defer { close(theirs) }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw TestSupportError.system("open /dev/null", errno) }
        defer { close(null) }
        _ = try spawn(
            "/bin/sh", ["sh", "-c", Self.script, "guardian", folder],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            descriptors: [(theirs, 0), (null, 1), (null, 2)], placement: .newSession)
        self.folder = folder
        self.lifeline = Mutex(mine)
    }

    /// Tells the guardian of a process group, and how its members are best asked to stop.
    func watch(group: pid_t, stopSignal: Int32) throws {
        try tell("watch \(group) \(stopSignal)\n")
    }

    /// Tells the guardian that a process group is gone, so that its number may mean another one.
    func forget(group: pid_t) {
        // A guardian that is gone has nothing left to forget.
        try? tell("forget \(group)\n")
    }

    private func tell(_ line: String) throws {
        try lifeline.withLock { descriptor in
            let bytes = Array(line.utf8)
            // A line is far shorter than a socket buffer: it is taken whole or not at all.
            guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                throw TestSupportError(
                    "the supervisor of the test's processes is gone: \(String(cString: strerror(errno)))")
            }
        }
    }

    private static func makeFolder() throws -> String {
        // A Unix socket's path has 107 bytes at most; PostgreSQL's must fit below this folder.
        var parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        if parent.isEmpty || parent.utf8.count > 40 { parent = "/tmp" }
        var template = Array("\(parent)/user-sync-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestSupportError.system("mkdtemp in \(parent)", errno) }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard chmod(folder, 0o711) == 0 else { throw TestSupportError.system("chmod \(folder)", errno) }
        return folder
    }

    private static let script = """
        trap '' INT TERM HUP QUIT
        groups=
        while read -r verb group signal; do
          case $verb in
          watch) groups="$groups $group:$signal" ;;
          forget)
            kept=
            for entry in $groups; do [ "${entry%:*}" = "$group" ] || kept="$kept $entry"; done
            groups=$kept ;;
          esac
        done
        for entry in $groups; do kill -s "${entry#*:}" -- -"${entry%:*}"; done
        tries=0
        while [ $tries -lt 50 ]; do
          alive=
          for entry in $groups; do kill -s 0 -- -"${entry%:*}" && alive=yes; done
          [ -n "$alive" ] || break
          sleep 0.1
          tries=$((tries + 1))
        done
        for entry in $groups; do kill -s KILL -- -"${entry%:*}"; done
        rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
        """
}

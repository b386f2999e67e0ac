import Glibc

/// Where a new process stands among the others.
enum ProcessPlacement {
    /// Leads a process group of its own: signals meant for the test process do not reach it.
    case newGroup
    /// Leads a session of its own: no terminal reaches it.
    case newSession
}

/// Starts a program with exactly the environment and the descriptors given, and default signal handling.
///
/// - Parameters:
///   - descriptors: pairs of a descriptor here and its number in the new process. Others are
///     handed on only when they were opened without close-on-exec.
///   - environment: `NAME=value` each.
/// - Returns: the process id, which is the id of its process group as well.
func spawn(
    _ executable: String, _ arguments: [String], environment: [String], descriptors: [(here: Int32, there: Int32)],
    placement: ProcessPlacement
) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (here, there) in descriptors {
        posix_spawn_file_actions_adddup2(&actions, here, there)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    switch placement {
    case .newGroup:
        posix_spawnattr_setpgroup(&attributes, 0)
        flags |= Int32(POSIX_SPAWN_SETPGROUP)
    case .newSession:
        flags |= 0x80  // POSIX_SPAWN_SETSID, which glibc shows to GNU sources only
    }
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var argv = arguments.map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, executable, &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw TestSupportError.system("starting \(executable)", code) }
    return pid
}

/// Two connected ends that no program started later inherits.
func socketPair() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw TestSupportError.system("socketpair", errno) }
    return (ends[0], ends[1])
}

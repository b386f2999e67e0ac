import Glibc

/// Paths of files as the settings name them.
package enum FilePath {
    /// A path with `$NAME` and `${NAME}` replaced, and a leading `~` or `~user` taken for a home folder, as the AWS CLI does.
    ///
    /// A shell does this only to what it reads itself: not to what a task definition, a unit file or an env file says. What is not
    /// known stays as it is written.
    package static func expanded(_ path: String, environment: [String: String]) -> String {
        let path = replacingVariables(path, environment)
        guard path.hasPrefix("~") else { return path }
        let user = path.dropFirst().prefix { $0 != "/" }
        let rest = path.dropFirst(1 + user.count)
        guard let home = user.isEmpty ? home(environment) : home(ofUser: String(user)) else { return path }
        let folder = home.hasSuffix("/") ? String(home.dropLast()) : home
        return folder + rest
    }

    /// Whether there is a file at the path (no folder) that this process may read.
    package static func isReadableFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, R_OK) == 0
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The home folder: `HOME`, else what the system's list of users says of this one.
    static func home(_ environment: [String: String]) -> String? {
        if let home = environment["HOME"], !home.isEmpty { return home }
        return entry { getpwuid_r(getuid(), $0, $1, $2, $3) }
    }

    private static func home(ofUser name: String) -> String? {
        entry { getpwnam_r(name, $0, $1, $2, $3) }
    }

    private static func entry(
        _ find: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32
    ) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 << 10) { buffer in
            guard let text = buffer.baseAddress, find(&entry, text, buffer.count, &found) == 0, found != nil,
                let folder = entry.pw_dir
            else { return nil }
            return String(cString: folder)
        }
    }

    private static func replacingVariables(_ text: String, _ environment: [String: String]) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            let after = rest.dropFirst()
            let name: Substring
            let end: String.Index
            if after.first == "{", let brace = after.firstIndex(of: "}") {
                name = after[after.index(after: after.startIndex)..<brace]
                end = after.index(after: brace)
            } else {
                name = after.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
                end = name.endIndex
            }
            if let value = environment[String(name)], !name.isEmpty {
                result += value
            } else {
                result += rest[..<end]
            }
            rest = rest[end...]
        }
        return result + rest
    }
}

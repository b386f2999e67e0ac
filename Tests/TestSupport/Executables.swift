import Foundation

/// The programs that this package builds.
package enum Executables {
    /// The path of a program that was built together with the running tests. It lies beside the test bundle; the folder that
    /// `USER_SYNC_EXECUTABLES` names comes first, so that tests can be pointed at a release build.
    package static func path(_ name: String) -> String {
        "\(folder)/\(name)"
    }

    private static let folder: String = {
        if let chosen = ProcessInfo.processInfo.environment["USER_SYNC_EXECUTABLES"], !chosen.isEmpty { return chosen }
        let running =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return (running as NSString).deletingLastPathComponent
    }()
}

import Foundation

/// The arguments of the process, also where Swift loses them.
///
/// On Linux, Swift 6 finds them beside the environment that the process began with. A library that is loaded before the program and sets
/// a variable, as agents for monitoring do, moves the environment, and Swift reports none. A command that is lost would be taken for
/// `sync`, the default.
package enum ProcessArguments {
    /// What follows the name of the program.
    package static var current: [String] { after(reported: CommandLine.arguments, commandLine: "/proc/self/cmdline") }

    /// - Parameters:
    ///   - reported: what Swift knows. It begins with the program's name, so it is empty only when it was lost.
    ///   - commandLine: the file where the kernel shows them, each with a NUL behind it.
    static func after(reported: [String], commandLine path: String) -> [String] {
        guard reported.isEmpty else { return Array(reported.dropFirst()) }
        guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
        let words = bytes.split(separator: 0, omittingEmptySubsequences: false).dropFirst()
        // Behind the last NUL there is nothing.
        return words.dropLast().map { String(decoding: $0, as: UTF8.self) }
    }
}

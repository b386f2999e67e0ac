/// Flags of the command line that stand for environment variables.
package protocol SettingFlags {
    /// The values given, keyed by the variable that each stands for; nil for a flag that was not given.
    var flags: [String: String?] { get }
}

extension Settings {
    /// The settings of a command: the flags of its option groups win over the process's environment.
    package init(_ groups: any SettingFlags...) {
        var flags: [String: String] = [:]
        for group in groups {
            for case (let variable, let value?) in group.flags {
                flags[variable] = value
            }
        }
        self.init(flags: flags)
    }
}

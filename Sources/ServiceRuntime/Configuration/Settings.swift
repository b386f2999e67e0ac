import AWSClientSupport
import Configuration

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The settings of one command: its flags first, then the environment, then the defaults given by the reader.
///
/// Every setting is named by its environment variable; a flag is a second way to say the same variable. Reading is strict:
/// a value that is present but malformed is an error, never silently the default.
///
/// White space around a value is trimmed: it comes from an editor, a secret's file or a copied line. Passwords and connection
/// strings are taken as they are written, see ``verbatim``.
package struct Settings: Sendable {
    /// The variables whose values are never trimmed.
    package static let verbatim: Set<String> = ["DATABASE_URL", "PGPASSWORD"]

    /// As given: flags over the environment.
    private let variables: [String: String]
    private let providers: [any ConfigProvider]
    private let reader: ConfigReader

    /// - Parameters:
    ///   - flags: values given on the command line, keyed by the environment variable that they stand for.
    ///   - environment: where everything else is looked up; the process's own environment by default.
    package init(
        flags: [String: String] = [:],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.init(
            providers: [
                Self.provider("flags", flags), EnvironmentVariablesProvider(environmentVariables: environment),
            ], variables: environment.merging(flags) { $1 })
    }

    private init(providers: [any ConfigProvider], variables: [String: String]) {
        self.providers = providers
        self.variables = variables
        reader = ConfigReader(providers: providers)
    }

    private static func provider(_ name: String, _ variables: [String: String]) -> InMemoryProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (variable, value) in variables {
            values[AbsoluteConfigKey(components(of: variable))] = ConfigValue(.string(value), isSecret: false)
        }
        return InMemoryProvider(name: name, values: values)
    }

    /// The same settings with some variables taken for others; an empty value unsets one.
    package func assuming(_ variables: [String: String]) -> Settings {
        Settings(
            providers: [Self.provider("assumed", variables)] + providers,
            variables: self.variables.merging(variables) { $1 })
    }

    /// Settings from a fixed set of variables, for tests and embedding.
    package init(flags: [String: String] = [:], variables: [String: String]) {
        self.init(flags: flags, environment: variables)
    }

    /// The value of a variable; nil when it is unset or empty (an empty variable is how shells and task definitions unset one).
    package func string(_ variable: String, isSecret: Bool = false) -> String? {
        let value = reader.string(forKey: ConfigKey(Self.components(of: variable)), isSecret: isSecret)
        return value.flatMap { Self.cleaned($0, of: variable) }
    }

    /// Every variable that is set, under its own name: for what is read as other programs read it.
    package var environment: [String: String] {
        variables.reduce(into: [:]) { $0[$1.key] = Self.cleaned($1.value, of: $1.key) }
    }

    /// Every variable as it was given, white space and all.
    package var given: [String: String] { variables }

    private static func cleaned(_ value: String, of variable: String) -> String? {
        let value = verbatim.contains(variable) ? value : value.trimmingSpace
        return value.isEmpty ? nil : value
    }

    /// The value of a variable that must be set.
    /// - Parameter purpose: what the variable is for, to complete "is not set: …" in the error.
    package func required(
        _ variable: String, purpose: String, isSecret: Bool = false
    ) throws(ConfigurationError) -> String {
        guard let value = string(variable, isSecret: isSecret) else {
            throw ConfigurationError(variable: variable, problem: "is not set: \(purpose)")
        }
        return value
    }

    /// A whole number within a range; the default when the variable is unset.
    package func integer(
        _ variable: String, in range: ClosedRange<Int>, default defaultValue: Int
    ) throws(ConfigurationError) -> Int {
        guard let text = string(variable) else { return defaultValue }
        guard let value = Int(text), range.contains(value) else {
            throw ConfigurationError(
                variable: variable,
                problem: "must be a whole number from \(range.lowerBound) to \(range.upperBound)\(ShownValue.not(text))"
            )
        }
        return value
    }

    /// One of a fixed set of words; the default when the variable is unset.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ variable: String, default defaultValue: Choice
    ) throws(ConfigurationError) -> Choice where Choice.RawValue == String {
        guard let text = string(variable) else { return defaultValue }
        guard let value = Choice(rawValue: text.lowercased()) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigurationError(variable: variable, problem: "must be one of \(choices)\(ShownValue.not(text))")
        }
        return value
    }

    /// `true`/`false`, `1`/`0` or `yes`/`no`; the default when the variable is unset.
    package func flag(_ variable: String, default defaultValue: Bool) throws(ConfigurationError) -> Bool {
        switch string(variable)?.lowercased() {
        case nil: return defaultValue
        case "true", "1", "yes": return true
        case "false", "0", "no": return false
        case let text?:
            throw ConfigurationError(variable: variable, problem: "must be true or false\(ShownValue.not(text))")
        }
    }

    /// The path of a file that is there and can be read; nil when the variable is unset. A leading `~` is the home folder.
    package func readableFile(_ variable: String) throws(ConfigurationError) -> String? {
        guard let text = string(variable) else { return nil }
        let path = FilePath.expanded(text, environment: environment)
        try Self.checkReadable(path, from: variable)
        return path
    }

    static func checkReadable(_ path: String, from variable: String) throws(ConfigurationError) {
        guard FilePath.isReadableFile(path) else {
            throw ConfigurationError(
                variable: variable, problem: "names \(ShownValue.path(path)), which is no file that can be read")
        }
    }

    /// A path that need not lead anywhere yet; nil when the variable is unset. Messages may show it.
    package func path(_ variable: String) throws(ConfigurationError) -> String? {
        guard let text = string(variable) else { return nil }
        let path = FilePath.expanded(text, environment: environment)
        guard ShownValue.isPath(path) || FilePath.exists(path) else {
            throw ConfigurationError(variable: variable, problem: "must be a path: begin it with /, ./ or ~")
        }
        return path
    }

    private static func components(of variable: String) -> [String] {
        variable.lowercased().split(separator: "_").map(String.init)
    }
}

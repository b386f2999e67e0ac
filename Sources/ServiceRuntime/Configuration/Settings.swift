package import Configuration

/// The settings of one command: its flags first, then the environment, then the defaults given by the reader.
///
/// Every setting is named by its environment variable; a flag is a second way to say the same variable. Reading is strict:
/// a value that is present but malformed is an error, never silently the default.
package struct Settings: Sendable {
    private let providers: [any ConfigProvider]
    private let reader: ConfigReader

    /// - Parameters:
    ///   - flags: values given on the command line, keyed by the environment variable that they stand for.
    ///   - environment: where everything else is looked up; the process's own environment by default.
    package init(
        flags: [String: String] = [:],
        environment: EnvironmentVariablesProvider = EnvironmentVariablesProvider()
    ) {
        self.init(providers: [Self.provider("flags", flags), environment])
    }

    private init(providers: [any ConfigProvider]) {
        self.providers = providers
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
        Settings(providers: [Self.provider("assumed", variables)] + providers)
    }

    /// Settings from a fixed set of variables, for tests and embedding.
    package init(flags: [String: String] = [:], variables: [String: String]) {
        self.init(flags: flags, environment: EnvironmentVariablesProvider(environmentVariables: variables))
    }

    /// The value of a variable; nil when it is unset or empty (an empty variable is how shells and task definitions unset one).
    package func string(_ variable: String, isSecret: Bool = false) -> String? {
        let value = reader.string(forKey: ConfigKey(Self.components(of: variable)), isSecret: isSecret)
        return value?.isEmpty == true ? nil : value
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
                problem: "must be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
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
            throw ConfigurationError(variable: variable, problem: "must be one of \(choices), not '\(text)'")
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
            throw ConfigurationError(variable: variable, problem: "must be true or false, not '\(text)'")
        }
    }

    private static func components(of variable: String) -> [String] {
        variable.lowercased().split(separator: "_").map(String.init)
    }
}

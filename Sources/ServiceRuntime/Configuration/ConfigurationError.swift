/// A setting that is missing or malformed: names the variable, says what is wrong, and what is expected.
///
/// The description never repeats the value of a secret. A command that throws this error exits with ``ExitStatus/configuration``.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The environment variable that sets the value, for example `LEGACY_API_URL`.
    package let variable: String
    /// What is wrong and what would be right, as the rest of a sentence that begins with the variable's name.
    package let problem: String

    package init(variable: String, problem: String) {
        self.variable = variable
        self.problem = problem
    }

    package var description: String { "configuration: \(variable) \(problem)" }
}

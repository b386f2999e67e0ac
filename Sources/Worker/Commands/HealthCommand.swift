import ArgumentParser
import ServiceRuntime

/// `worker health`: the health check of a container.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Says whether the worker that writes the health file is well.",
        discussion: """
            Exit status: 0 it is well, 1 it is dead: it does not report, or polling, the database or a consumer has failed for \
            longer than the limit. 78 a setting is missing or wrong.
            """
    )

    @OptionGroup var health: HealthOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let settings = Settings(health)
            let configuration = try HealthConfiguration(settings)
            guard let file = configuration.file else {
                throw ConfigurationError(
                    variable: HealthConfiguration.fileVariable,
                    problem: "is not set: the file that the worker reports to")
            }
            let problem: String?
            do {
                problem = try file.read().problem(at: WallClock.milliseconds, limit: configuration.limit)
            } catch {
                problem = "there is no report in \(file.path): no worker has started, or it has stopped (\(error))"
            }
            guard let problem else { return FileHandleOutput.standardOutput.write("well\n") }
            FileHandleOutput.standardOutput.write("dead: \(problem)\n")
            throw ExitCode(ExitStatus.failure)
        }
    }
}

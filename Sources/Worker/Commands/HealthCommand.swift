import ArgumentParser
import ServiceRuntime

/// `worker health`: the health check of a container.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Says whether the worker that writes the health file is well.",
        discussion: """
            Exit status: 0 it is alive: well, or waiting for the database, the queue or a newer release, which a restart would not \
            bring. The output then begins with 'not well' and says why. 1 it is dead: it does not report, or a consumer hangs for longer than \
            the limit. 78 a setting is missing or wrong.
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
            let condition: HealthReport.Condition
            do {
                condition = try file.read().condition(at: WallClock.milliseconds, limit: configuration.limit)
            } catch {
                condition = .dead(
                    "there is no report in \(file.path): no worker has started, or it has stopped (\(error))")
            }
            switch condition {
            case .well: Console.standardOutput.write("well\n")
            case .waiting(let reason): Console.standardOutput.write("not well: \(reason)\n")
            case .dead(let reason):
                Console.standardOutput.write("dead: \(reason)\n")
                throw ExitCode(ExitStatus.failure)
            }
        }
    }
}

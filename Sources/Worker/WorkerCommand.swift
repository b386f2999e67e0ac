import ArgumentParser
import ServiceRuntime

/// The `worker` executable.
@main
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Takes batches of users from SQS and applies them to PostgreSQL, each exactly once in effect.",
        discussion: """
            Every setting can be given in the environment; the name in parentheses is the variable, then comes the default. \
            A flag wins over the environment. Secrets have no flag: DATABASE_URL, AWS credentials.

            Exit status: 0 after a clean stop, 1 failed, 78 a setting is missing or wrong.
            """,
        subcommands: [RunCommand.self, HealthCommand.self],
        defaultSubcommand: RunCommand.self
    )

    static func main() async {
        ProcessSetup.begin()
        await parseAndRun(ProcessArguments.current)
    }
}

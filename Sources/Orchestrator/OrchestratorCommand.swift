import ArgumentParser
import ServiceRuntime

/// The `orchestrator` executable.
@main
struct OrchestratorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orchestrator",
        abstract: "Brings all users of the legacy API into PostgreSQL, through SQS, and keeps the record of it.",
        discussion: """
            Every setting can be given in the environment; the name in parentheses is the variable, then comes the default. \
            A flag wins over the environment. Secrets have no flag: LEGACY_API_KEY, DATABASE_URL, SYNC_API_TOKEN, AWS \
            credentials.

            Exit status: 0 done, 1 failed, 75 another sync is running, 78 a setting is missing or wrong.
            """,
        subcommands: [
            SyncCommand.self, MigrateCommand.self, StatusCommand.self, HistoryCommand.self, RejectsCommand.self,
            ReportCommand.self, SourceCommand.self, UsersCommand.self, DeadLettersCommand.self, ResetCommand.self,
            DoctorCommand.self,
            ServeCommand.self,
        ],
        defaultSubcommand: SyncCommand.self
    )

    static func main() async {
        ProcessSetup.begin()
        await parseAndRun(ProcessArguments.current)
    }
}

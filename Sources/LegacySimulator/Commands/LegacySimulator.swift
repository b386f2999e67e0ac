import ArgumentParser

/// The command line of the simulator.
@main
struct LegacySimulator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "legacy-simulator",
        abstract: "Plays the legacy user API, with its faults, and knows what a sync of it must give.",
        discussion: """
            The same seed and options always give the same stream, so that `expected`, called with the data options that \
            `serve` was given, tells what the table must hold afterwards.
            """,
        subcommands: [ServeCommand.self, ExpectedCommand.self, BodyCommand.self],
        defaultSubcommand: ServeCommand.self
    )
}

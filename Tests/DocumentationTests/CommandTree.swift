import ArgumentParser

@testable import Orchestrator
@testable import Worker

/// A command of the two programs, with what its help says.
struct CommandTree: Sendable {
    let name: String
    let help: String
    let subcommands: [CommandTree]

    static let programs = [
        CommandTree(OrchestratorCommand.self, of: OrchestratorCommand.self),
        CommandTree(WorkerCommand.self, of: WorkerCommand.self),
    ]

    private init(_ command: any ParsableCommand.Type, of program: any ParsableCommand.Type) {
        name = command._commandName
        help = program.helpMessage(for: command, columns: 400)
        subcommands = command.configuration.subcommands.map { CommandTree($0, of: program) }
    }

    /// The options that the command takes, with their dashes.
    var options: Set<String> { Set(help.matches(of: #/(?:^|[\s(,])(--?[a-z][a-z0-9-]*)/#).map { String($0.1) }) }

    /// This command and all below it.
    var all: [CommandTree] { [self] + subcommands.flatMap(\.all) }

    /// Says what is wrong with a command line: a command or an option that does not exist.
    /// - Parameter words: what follows the command's own name.
    func problem(_ words: ArraySlice<Substring>) -> String? {
        if let word = words.first, !subcommands.isEmpty, word.wholeMatch(of: #/[a-z][a-z-]*/#) != nil {
            guard let subcommand = subcommands.first(where: { $0.name == word }) else {
                return "\(name) has no command \(word)"
            }
            return subcommand.problem(words.dropFirst())
        }
        for word in words {
            guard let option = word.firstMatch(of: #/^--[a-z][a-z0-9-]*/#) else { continue }
            // An option of the default command may follow the program's name.
            guard all.contains(where: { $0.options.contains(String(option.0)) }) else {
                return "\(name) has no option \(option.0)"
            }
        }
        return nil
    }
}

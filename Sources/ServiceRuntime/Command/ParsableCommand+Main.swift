package import ArgumentParser
import SyncCore

extension AsyncParsableCommand {
    /// Parses the arguments, runs the command, and ends the process. Takes the place of ArgumentParser's `main`, which repeats a wrong
    /// argument as it is: a script may have put a user's name there.
    package static func parseAndRun(_ arguments: [String]) async {
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            // Help is a success, and holds nothing from outside.
            guard !exitCode(for: error).isSuccess else { exit(withError: error) }
            let message = printableMessage(for: error)
            if !message.isEmpty { FileHandleOutput.standardError.write("\(message)\n") }
            exit(withError: exitCode(for: error))
        }
    }

    /// What ArgumentParser says of an error, safe for a terminal.
    package static func printableMessage(for error: any Error) -> String {
        PrintableText.lines(fullMessage(for: error))
    }
}

import ArgumentParser
import ServiceRuntime
import SyncCore
import Testing

@testable import Orchestrator

@Suite("Arguments that are wrong")
struct WrongArgumentTests {
    @Test(
        "are repeated as printable text, since a script may have put a user's name there",
        arguments: [
            ["%"], ["report", "%"], ["--%"], ["users", "show", "a", "%"], ["users", "export", "--format", "%"],
            ["sync", "--mode"],
        ])
    func printable(arguments: [String]) throws {
        let hostile = "x\u{1b}]0;title\u{7}\u{1b}[31m\u{202e}\u{85}\r"
        do {
            _ = try OrchestratorCommand.parseAsRoot(arguments.map { $0.replacing("%", with: hostile) })
            Issue.record("\(arguments) were taken")
        } catch {
            let message = OrchestratorCommand.printableMessage(for: error)
            #expect(message.contains("Error:") && message.contains("Usage:"), "\(message)")
            #expect(message.unicodeScalars.allSatisfy { $0 == "\n" || PrintableText.isPrintable($0) })
        }
    }
}

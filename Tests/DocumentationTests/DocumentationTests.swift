import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import Orchestrator
@testable import ServiceRuntime
@testable import SyncCore
@testable import SyncStorage
@testable import Worker

@Suite("What the documents say exists")
struct DocumentationTests {
    @Test("every link leads to a file, and to a heading in it", arguments: Document.all)
    func links(document: Document) {
        for (path, anchor) in document.links {
            #expect(FileManager.default.fileExists(atPath: packageRoot + "/" + path), "\(document.path): \(path)")
            guard let anchor, let target = Document.named(path) else { continue }
            #expect(target.anchors.contains(anchor), "\(document.path): \(path)#\(anchor)")
        }
    }

    @Test("every command and every option named is one of the programs'", arguments: Document.all)
    func commands(document: Document) {
        for line in document.commandLines {
            let words = line.split(separator: " ")
            guard let first = words.first?.split(separator: "/").last,
                let program = CommandTree.programs.first(where: { $0.name == first })
            else { continue }
            // Up to where the shell does something else.
            let rest = words.dropFirst().prefix { !["&", "&&", "|", ";", ">"].contains($0) }
            if let problem = program.problem(rest) { Issue.record("\(document.path): `\(line)`: \(problem)") }
        }
    }

    @Test("the commands are looked for where they are: the README names all of them")
    func allCommandsAreNamed() throws {
        let lines = try #require(Document.named("README.md")).commandLines
        for command in CommandTree.programs[0].subcommands {
            #expect(lines.contains { $0.hasPrefix("orchestrator \(command.name)") }, "orchestrator \(command.name)")
        }
    }

    @Test("a command or an option that does not exist is found")
    func wrongCommandsAreFound() {
        let orchestrator = CommandTree.programs[0]
        func problem(_ line: String) -> String? { orchestrator.problem(line.split(separator: " ")[...]) }
        #expect(problem("statsu") != nil)
        #expect(problem("dead-letters lst") != nil)
        #expect(problem("history --limt 3") != nil)
        #expect(problem("dead-letters redrive --dry-run --sync ID") == nil)
        #expect(problem("") == nil)
    }

    @Test("every script named is there, and knows the options named with it", arguments: Document.all)
    func scripts(document: Document) throws {
        // Some leave their options to a helper.
        let scripts = Self.sources(["scripts", "bench"])
        for line in document.commandLines {
            guard let words = Optional(line.split(separator: " ")), let path = words.first, path.hasPrefix("scripts/"),
                !path.hasSuffix("/"), !path.contains("*")
            else { continue }
            let file = packageRoot + "/" + path
            #expect(FileManager.default.fileExists(atPath: file), "\(document.path): \(path)")
            for word in words.dropFirst() where word.hasPrefix("--") {
                let option = word.prefix { $0 != "=" }
                // `scripts/test` hands on what it does not know.
                guard path != "scripts/test" || option == "--unit" else { continue }
                let isKnown = scripts.contains(option)
                #expect(isKnown, "\(document.path): \(line)")
            }
        }
    }

    // MARK: Settings

    private static func sources(_ folders: [String]) -> String {
        folders.flatMap { folder -> [String] in
            let root = packageRoot + "/" + folder
            let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
            return files.compactMap { try? String(contentsOfFile: root + "/" + $0, encoding: .utf8) }
        }.joined(separator: "\n")
    }

    @Test("every variable in a table of variables is read by something here", arguments: Document.all)
    func documentedVariables(document: Document) {
        let sources = Self.sources([
            "Sources", "scripts", "Tests/TestSupport", "Tests/IntegrationTests", "infra", "bench",
        ])
        let cells = document.firstCells(ofTablesTitled: "variable") + document.firstCells(ofTablesTitled: "variável")
        for variable in cells.flatMap({ $0.matches(of: #/`([A-Z][A-Z0-9_]{3,})/#).map { String($0.1) } }) {
            // libpq reads its own.
            guard !variable.hasPrefix("PG") else { continue }
            #expect(sources.contains(variable), "\(document.path): \(variable)")
        }
    }

    @Test("every setting that a program reads is in a document")
    func settingsAreDocumented() throws {
        let sources = Self.sources(["Sources/Orchestrator", "Sources/Worker", "Sources/ServiceRuntime"])
        let pattern = try Regex(
            #"settings\s*\.(?:string|required|integer|choice|flag)\(\s*"([A-Z0-9_]+)""#, as: (Substring, Substring).self
        )
        let settings = Set(sources.matches(of: pattern).map { String($0.output.1) })
        #expect(settings.count > 10)
        let documents = Document.all.map(\.text).joined()
        for setting in settings.subtracting(["PGHOST"]) { #expect(documents.contains(setting), "\(setting)") }
    }

    @Test("the help of each command names, for each of its flags, the variable that it stands for")
    func helpNamesVariables() throws {
        let orchestrator = CommandTree.programs[0].all
        let groups: [(String, any SettingFlags)] = [
            ("sync", try SyncOptions.parse([])), ("sync", try QueueOptions.parse([])),
            ("sync", try LoggingOptions.parse([])), ("doctor", try SyncOptions.parse([])),
            ("doctor", try QueueOptions.parse([])), ("list", try DeadLetterOptions.parse([])),
            ("redrive", try DeadLetterOptions.parse([])), ("status", try LoggingOptions.parse([])),
        ]
        for (name, group) in groups {
            let help = try #require(orchestrator.first { $0.name == name }).help
            for variable in group.flags.keys { #expect(help.contains(variable), "\(name): \(variable)") }
        }
        let run = try #require(CommandTree.programs[1].all.first { $0.name == "run" }).help
        for variable in try WorkerOptions.parse([]).flags.keys { #expect(run.contains(variable), "run: \(variable)") }
    }

    @Test("every option and argument of every command is explained")
    func helpIsComplete() {
        for command in CommandTree.programs.flatMap(\.all) {
            let lines = command.help.split(separator: "\n", omittingEmptySubsequences: false)
            for (line, next) in zip(lines, lines.dropFirst() + [""]) {
                let label = #/^ {2}(?:-\w, )?(?:--[\w-]+|<[\w-]+>)(?: <[\w-]+>)?/#
                guard let match = line.firstMatch(of: label) else { continue }
                let isExplained =
                    !line[match.range.upperBound...].allSatisfy(\.isWhitespace) || next.hasPrefix("      ")
                #expect(isExplained, "\(command.name): \(line)")
            }
        }
    }

    // MARK: Runbook and schema

    @Test("the operating guide has a part for every alarm that calls somebody, and for no other")
    func alarms() throws {
        let templates = try String(contentsOfFile: packageRoot + "/infra/templates/alarms.yaml", encoding: .utf8)
        let names = templates.matches(of: #/(?m)^  (\w+):\n    Type: AWS::(?:CloudWatch::Alarm|Events::Rule)/#).map {
            String($0.1)
        }
        #expect(names.count > 3)
        let guide = try #require(Document.named("docs/operating.md")).text
        let part = try #require(guide.firstMatch(of: #/\n## Alarms\n((?s:.*?))\n## /#)).1
        let headings = part.matches(of: #/(?m)^### (.+)$/#).flatMap { $0.1.split(separator: ", ").map(String.init) }
        #expect(Set(headings) == Set(names))
    }

    @Test("the schema's page names every reason for a reject, and every word of doctor is explained")
    func words() throws {
        let schema = try #require(Document.named("docs/schema.md")).text
        for reason in Reject.Reason.allCases { #expect(schema.contains("`\(reason.rawValue)`"), "\(reason.rawValue)") }
        let guide = try #require(Document.named("docs/operating.md")).text
        for subject in Finding.Subject.allCases {
            #expect(guide.contains("`\(subject.rawValue)`"), "\(subject.rawValue)")
        }
    }
}

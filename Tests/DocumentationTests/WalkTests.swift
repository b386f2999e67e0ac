import Foundation
import TestSupport
import Testing

/// `docs/architecture.md` leads a newcomer from the socket to the row. A name that moved must not mislead.
@Suite("The walk of one user")
struct WalkTests {
    private struct Step {
        let file: String
        let function: String
        var module: String { String(file.prefix { $0 != "/" }) }
    }

    /// The steps of each program, and what decides them.
    private static func walks() throws -> [(steps: [Step], deciders: [Step])] {
        let text = try #require(Document.named("docs/architecture.md")).text
        let part = try #require(text.firstMatch(of: #/\n## The walk of one user\n((?s:.*?))\n## /#)).1
        return part.split(separator: "\n### ").dropFirst().map { program in
            var steps: [Step] = []
            var deciders: [Step] = []
            for line in program.split(separator: "\n") where line.hasPrefix("| `") {
                for match in line.matches(of: #/`([\w+\/]+\.swift): (\w+)`/#) {
                    let step = Step(file: String(match.1), function: String(match.2))
                    if line.hasPrefix("| `\(step.file)") { steps.append(step) } else { deciders.append(step) }
                }
            }
            return (steps, deciders)
        }
    }

    @Test("every function named is in the file named")
    func namesExist() throws {
        for walk in try Self.walks() {
            for step in walk.steps + walk.deciders {
                let source = try String(contentsOfFile: "\(packageRoot)/Sources/\(step.file)", encoding: .utf8)
                let name = step.function
                let declaration = try Regex("(?:func|let|var) \(name)\\b|^ *(?:package )?\(name)\\(")
                    .anchorsMatchLineEndings()
                #expect(source.contains(declaration), "\(step.file): \(step.function)")
            }
        }
    }

    @Test("it has at most 25 entries, and no program goes back to a module that it has left")
    func isShortAndOneWay() throws {
        let walks = try Self.walks()
        #expect(walks.count == 2)
        #expect(walks.map { $0.steps.count + $0.deciders.count }.reduce(0, +) <= 25)
        for walk in walks {
            #expect(walk.steps.count > 3)
            var left: Set<String> = []
            var current = ""
            for step in walk.steps where step.module != current {
                #expect(!left.contains(step.module), "back in \(step.module) at \(step.file)")
                left.insert(current)
                current = step.module
            }
        }
    }

    @Test("what decides is a value of SyncCore")
    func decidersAreValues() throws {
        for walk in try Self.walks() {
            for step in walk.deciders { #expect(step.module == "SyncCore") }
        }
    }
}

import Foundation
import Synchronization

/// Looks for a test's secrets in everything that its programs write, and in their command lines.
package final class SecretWatch: Sendable {
    private let secrets: [String]
    private let programs = Mutex<[ChildProcess]>([])

    /// - Parameter secrets: long enough not to turn up by chance.
    package init(_ secrets: [String]) {
        precondition(secrets.allSatisfy { $0.utf8.count >= 8 })
        self.secrets = secrets.flatMap { Set([$0, Self.encoded($0)]) }
    }

    /// Watches a program that was just started, until its output is looked at in ``findings``.
    package func watch(_ program: ChildProcess) -> ChildProcess {
        programs.withLock { $0.append(program) }
        return program
    }

    /// Where a program has printed a secret: which program and where, and not the secret.
    package var findings: [String] {
        programs.withLock { $0 }.flatMap { program in
            [("standard output", program.output), ("standard error", program.errorOutput)].flatMap { place, text in
                linesWithSecrets(in: text).map { "\(program.name) printed a secret to its \(place): \($0)" }
            }
        }
    }

    /// Where a watched program that still runs shows a secret in its arguments, which everyone on the machine may read.
    package var commandLineFindings: [String] {
        programs.withLock { $0 }.flatMap { program -> [String] in
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(program.pid)/cmdline") else { return [] }
            return linesWithSecrets(in: String(decoding: bytes, as: UTF8.self)).map {
                "\(program.name) shows a secret in its arguments: \($0.replacing("\0", with: " "))"
            }
        }
    }

    /// The lines of a text that hold a secret, with the secret taken out.
    package func linesWithSecrets(in text: String) -> [String] {
        var lines: [String] = []
        for line in text.split(separator: "\n") {
            for secret in secrets where line.contains(secret) {
                lines.append(line.replacingOccurrences(of: secret, with: "<secret>"))
            }
        }
        return lines
    }

    /// As it would stand in a URL.
    private static func encoded(_ secret: String) -> String {
        secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
    }
}

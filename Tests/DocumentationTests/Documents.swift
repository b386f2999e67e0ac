import Foundation
import TestSupport
import Testing

/// One Markdown file of the repository.
struct Document: Sendable, CustomTestStringConvertible {
    /// Its path from the root of the repository.
    let path: String
    let text: String

    var testDescription: String { path }

    /// All that people are given to read, in the order of their paths.
    static let all: [Document] = {
        let root = URL(fileURLWithPath: packageRoot)
        var paths = (try? FileManager.default.contentsOfDirectory(atPath: packageRoot)) ?? []
        for folder in ["docs", "infra", "bench"] {
            let inside = FileManager.default.enumerator(atPath: packageRoot + "/" + folder)?.compactMap {
                $0 as? String
            }
            paths += (inside ?? []).map { "\(folder)/\($0)" }
        }
        return paths.filter { $0.hasSuffix(".md") && !$0.contains(".build") }.sorted().compactMap { path in
            let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            return text.map { Document(path: path, text: $0) }
        }
    }()

    static func named(_ path: String) -> Document? { all.first { $0.path == path } }

    /// What the links point at that lead to files of the repository: paths from its root, with the anchor if there is one.
    var links: [(path: String, anchor: String?)] {
        text.matches(of: #/\]\(([^)\s]+)\)/#).compactMap { match in
            let target = String(match.1)
            guard !target.contains("://"), !target.hasPrefix("mailto:") else { return nil }
            let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let folder = URL(fileURLWithPath: "/" + path).deletingLastPathComponent()
            let path = parts[0].isEmpty ? "/" + path : folder.appendingPathComponent(parts[0]).standardized.path
            return (String(path.dropFirst()), parts.count > 1 ? parts[1] : nil)
        }
    }

    /// The anchors of its headings, as GitHub makes them.
    var anchors: Set<String> {
        Set(
            prose.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                line.drop { $0 == "#" || $0 == " " }.lowercased().filter {
                    $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_"
                }.replacing(" ", with: "-")
            })
    }

    /// The lines of its shell examples, and its code spans: where commands are named.
    var commandLines: [String] {
        let examples = text.matches(of: #/```(?:sh|bash|console)\n((?s:.*?))```/#).flatMap {
            $0.1.replacing("\\\n", with: " ").split(separator: "\n").map(String.init)
        }
        let spans = prose.matches(of: #/`([^`\n]+)`/#).map { String($0.1) }
        return (examples + spans).map { line in
            // What follows is a remark.
            line.replacing(#/\s#\s.*$/#, with: "").trimmingCharacters(in: .whitespaces)
        }
    }

    /// The first cells of the rows of every table whose first title is this one.
    func firstCells(ofTablesTitled title: String) -> [String] { rows(ofTablesTitled: title).map { $0[0] } }

    /// The cells of the rows of every table whose first title is this one.
    func rows(ofTablesTitled title: String) -> [[String]] {
        var rows: [[String]] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                isInside = false
                continue
            }
            let cells = line.dropFirst().split(separator: "|", omittingEmptySubsequences: false).dropLast().map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard let first = cells.first else { continue }
            if first == title { isInside = true } else if isInside, !first.hasPrefix("---") { rows.append(cells) }
        }
        return rows
    }

    /// The text without its examples.
    private var prose: String { text.replacing(#/```(?s:.*?)```/#, with: "") }
}

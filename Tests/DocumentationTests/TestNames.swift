import Foundation
import TestSupport

/// The tests of this repository, by their names.
enum TestNames {
    /// Such as `SQLTests.refused`: the suite's type and the function.
    static let all: Set<String> = {
        var names: Set<String> = []
        let root = packageRoot + "/Tests"
        for file in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) ?? []
        where file.hasSuffix(".swift") {
            guard let text = try? String(contentsOfFile: root + "/" + file, encoding: .utf8) else { continue }
            names.formUnion(tests(in: text))
        }
        return names
    }()

    /// The tests in one file, each under the suite that begins before it.
    private static func tests(in text: String) -> [String] {
        var names: [String] = []
        var suite = ""
        var isTest = false
        for line in text.split(separator: "\n") {
            if let match = line.firstMatch(of: #/^(?:@Suite.* )?(?:final )?(?:struct|class|actor) (\w+Tests)\b/#) {
                suite = String(match.1)
            } else if line.contains(#/^ +@Test\b/#) {
                isTest = true
            } else if isTest, let match = line.firstMatch(of: #/^ +func (\w+)/#) {
                names.append("\(suite).\(match.1)")
                isTest = false
            }
        }
        return names
    }
}

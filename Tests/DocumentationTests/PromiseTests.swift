import Foundation
import TestSupport
import Testing

/// A promise of security that no test holds is a wish.
@Suite("What the threat model promises")
struct PromiseTests {
    private let page: Document

    init() throws {
        page = try #require(Document.named("docs/threat-model.md"))
    }

    /// What is in code style in a cell.
    private func names(_ cell: String) -> [String] {
        cell.matches(of: #/`([^`]+)`/#).map { String($0.1) }
    }

    /// Whether there is a test of this name, or a check of this path.
    private func exists(_ name: String) -> Bool {
        guard name.contains("/") else { return TestNames.all.contains(name) }
        return FileManager.default.fileExists(atPath: packageRoot + "/" + name)
    }

    @Test("every promise names the tests that hold it, and they exist")
    func promises() {
        let rows = page.rows(ofTablesTitled: "against")
        #expect(rows.count > 40)
        for row in rows {
            #expect(row.count == 3, "\(row)")
            let holders = row.last.map(names) ?? []
            #expect(!holders.isEmpty, "no test holds: \(row[1])")
            for holder in holders { #expect(exists(holder), "\(row[1]): there is no \(holder)") }
        }
    }

    @Test("every threat is answered, and every answer is to a threat")
    func threats() {
        let threats = page.firstCells(ofTablesTitled: "who")
        #expect(threats.count > 8)
        #expect(page.firstCells(ofTablesTitled: "against").filter { !$0.isEmpty } == threats)
    }

    @Test("the rules in SECURITY.md name tests and files that exist")
    func rules() throws {
        let rows = try #require(Document.named("SECURITY.md")).rows(ofTablesTitled: "rule")
        #expect(rows.count > 5)
        let suites = Set(TestNames.all.map { $0.prefix { $0 != "." } })
        for row in rows {
            let holders = row.last.map(names) ?? []
            #expect(!holders.isEmpty, "\(row)")
            for holder in holders where !holder.hasPrefix("--") {
                let path = holder.prefix { $0 != " " }
                #expect(suites.contains(holder[...]) || exists(String(path)), "\(row[0]): there is no \(holder)")
            }
        }
    }

    @Test("a test that does not exist is found, and one that does is known")
    func knows() {
        #expect(exists("PromiseTests.knows"))
        #expect(!exists("PromiseTests.page"))
        #expect(!exists("PromiseTests"))
        #expect(!exists("scripts/nothing"))
    }
}

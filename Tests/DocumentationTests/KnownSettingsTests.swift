import Foundation
import ServiceRuntime
import TestSupport
import Testing

@Suite("The settings that the programs know")
struct KnownSettingsTests {
    @Test("every setting on the page of settings is known: doctor would else call it a mistake")
    func documentedAreKnown() throws {
        let page = try #require(Document.named("docs/configuration.md"))
        let cells = page.firstCells(ofTablesTitled: "variable")
        let documented = Set(cells.flatMap { $0.matches(of: #/`([A-Z][A-Z0-9_]{3,})`/#).map { String($0.1) } })
        #expect(documented.count > 30)
        #expect(documented.subtracting(KnownSettings.all).sorted() == [])
    }

    @Test("every setting that a program reads is known")
    func readAreKnown() throws {
        var names: Set<String> = []
        for module in ["Orchestrator", "Worker", "ServiceRuntime"] {
            let root = packageRoot + "/Sources/" + module
            for file in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) ?? [] {
                guard let text = try? String(contentsOfFile: root + "/" + file, encoding: .utf8) else { continue }
                let calls = #/\.(?:string|required|integer|choice|flag|readableFile)\(\s*"([A-Z][A-Z0-9_]+)"/#
                names.formUnion(text.matches(of: calls).map { String($0.1) })
            }
        }
        #expect(names.count > 20)
        #expect(names.subtracting(KnownSettings.all).sorted() == [])
    }
}

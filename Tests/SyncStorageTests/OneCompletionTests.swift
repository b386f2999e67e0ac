import Foundation
import TestSupport
import Testing

@Suite("The one place where a sync becomes COMPLETED")
struct OneCompletionTests {
    @Test("one statement sets the status, and one function runs it")
    func onePlace() throws {
        let root = packageRoot + "/Sources/"
        let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        var statements: [String] = []
        var calls: [String] = []
        for file in files where file.hasSuffix(".swift") {
            let source = try String(contentsOfFile: root + file, encoding: .utf8)
            // Whatever stands between SET and the status it sets, on one line or on several.
            let assignment = /SET\s[^;"]*?status\s*=\s*'COMPLETED'/
            statements += source.matches(of: assignment).filter { !$0.output.contains("WHERE") }.map { _ in file }
            calls += source.matches(of: /SyncLogSQL\.complete\b/).map { _ in file }
        }
        #expect(statements == ["SyncStorage/SyncLog/SyncLogSQL.swift"])
        #expect(calls == ["SyncStorage/SyncLog/SyncLogTable.swift"])
    }
}

import Foundation
import Logging
import SyncCore
import TestSupport
import Testing

@testable import ServiceRuntime

@Suite("A log line")
struct LogLineTests {
    private func line(_ text: String) -> LogLine {
        LogLine(
            date: Date(timeIntervalSince1970: 0), level: .info, label: "test", message: text,
            metadata: [("key", .string(text)), ("list", .array([.string(text)]))])
    }

    private func random(_ generator: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...60, using: &generator) {
            let limit: UInt32 = Bool.random(using: &generator) ? 0xA0 : 0x2FFF
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &generator)) { text.append(scalar) }
        }
        return String(text)
    }

    @Test("is one line of printable characters, whatever was logged", arguments: UInt64(0)..<100)
    func printable(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<10 {
            let line = line(random(&generator))
            #expect(line.text.unicodeScalars.allSatisfy(PrintableText.isPrintable))
            #expect(line.json.unicodeScalars.allSatisfy(PrintableText.isPrintable))
        }
    }

    @Test("as JSON it reads back as what was logged")
    func json() throws {
        let text = "tab\t, quote \", \u{1b}[31m, \u{202E}, \u{85}, \u{1F600}"
        let object = try JSONSerialization.jsonObject(with: Data(line(text).json.utf8)) as? [String: Any]
        #expect(object?["message"] as? String == text)
    }

    @Test("is bounded, however much a server answers")
    func bounded() {
        let line = line(String(repeating: "x", count: 90_000))
        #expect(line.text.count < 4 * PrintableText.messageLength)
        #expect(line.json.count < 4 * PrintableText.messageLength)
    }
}

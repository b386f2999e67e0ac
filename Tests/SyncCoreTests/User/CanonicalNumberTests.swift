import TestSupport
import Testing

@testable import SyncCore

@Suite("The canonical form of a number")
struct CanonicalNumberTests {
    private static func canonical(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { text in
            withUnsafeTemporaryAllocation(byteCount: bytes.count + CanonicalNumber.slack, alignment: 1) { room in
                guard let output = room.baseAddress, let count = CanonicalNumber.write(text, to: output) else {
                    return nil
                }
                return String(decoding: room[..<count], as: UTF8.self)
            }
        }
    }

    @Test(
        "is the shortest plain spelling",
        arguments: [
            ("1.50", "1.5"), ("1e2", "100"), ("-0", "0"), ("0.000", "0"), ("0e9", "0"), ("100", "100"), ("1E+2", "100"),
            ("-1.5e-3", "-0.0015"), ("0.10", "0.1"), ("10.00", "10"), ("123.456e1", "1234.56"), ("12e-1", "1.2"),
            ("00012", "12"), ("1e40", "1e40"), ("15e39", "1.5e40"), ("1e-40", "1e-40"), ("-12e-60", "-1.2e-59"),
            ("9007199254740993", "9007199254740993"), ("1e99999999999999999999", "1e1099511627776"),
        ])
    func examples(text: String, expected: String) {
        #expect(Self.canonical(text) == expected)
    }

    @Test(
        "is not made of what is no number",
        arguments: ["", "-", "+1", ".5", "1.", "1e", "1e+", "1x", "NaN", "1 ", "--1"])
    func noNumber(text: String) {
        #expect(Self.canonical(text) == nil)
    }

    /// Every digit in its place, as a person would do it on squared paper: 200 before the point and 200 behind it.
    private static func onPaper(_ isNegative: Bool, _ digits: [UInt8], pointAt point: Int) -> [UInt8] {
        var paper = [UInt8](repeating: 0, count: 400)
        for (index, digit) in digits.enumerated() { paper[200 - point + index] = digit }
        return (isNegative && paper.contains { $0 > 0 } ? [1] : [0]) + paper
    }

    @Test("is equal exactly for equal numbers, and its own canonical form")
    func property() {
        var random = SeededGenerator(seed: 20_261_128)
        var seen: [String: [UInt8]] = [:]
        var values: [[UInt8]: String] = [:]
        for _ in 0..<20_000 {
            // Few digits and exponents, so that many numbers are equal.
            let digits = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                UInt8.random(in: 0...2, using: &random) % 2
            }
            let fraction = Int.random(in: 0..<digits.count, using: &random)
            let exponent = Int.random(in: -60...60, using: &random)
            let isNegative = Bool.random(using: &random)
            let whole = digits.count - fraction
            var text = isNegative ? "-" : ""
            for (index, digit) in digits.enumerated() {
                if index == whole { text += "." }
                text += "\(digit)"
            }
            if exponent != 0 || Bool.random(using: &random) {
                text += "\(Bool.random(using: &random) ? "e" : "E")\(exponent)"
            }

            let canonical = Self.canonical(text) ?? "none"
            let paper = Self.onPaper(isNegative, digits, pointAt: whole + exponent)
            #expect(Self.canonical(canonical) == canonical, "\(text)")
            #expect(seen[canonical, default: paper] == paper, "\(text) became \(canonical), which is another number")
            #expect(
                values[paper, default: canonical] == canonical, "\(text) became \(canonical), an equal number did not")
            seen[canonical] = paper
            values[paper] = canonical
        }
        #expect(values.count > 500)
    }
}

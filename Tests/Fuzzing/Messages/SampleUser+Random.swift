import SyncCore
package import TestSupport

extension SampleUser {
    private static let times = RFC3339.range

    /// A user with hostile but legal texts and numbers.
    package static func random(using generator: inout SeededGenerator) -> SampleUser {
        SampleUser(
            legacyID: randomNumber(from: .min, using: &generator),
            userName: randomText(scalars: Int.random(in: 1...40, using: &generator), using: &generator),
            email: randomText(scalars: Int.random(in: 0...60, using: &generator), using: &generator),
            createdAt: min(times.upperBound, randomNumber(from: times.lowerBound, using: &generator)),
            deleted: Bool.random(using: &generator)
        )
    }

    /// A number of any length: extremes, powers of ten and their neighbours come often.
    private static func randomNumber(from minimum: Int64, using generator: inout SeededGenerator) -> Int64 {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
            return [minimum, minimum + 1, -1, 0, 1, .max - 1, .max].randomElement(using: &generator) ?? 0
        case 1:
            let power = (0..<Int.random(in: 0...18, using: &generator)).reduce(Int64(1)) { value, _ in value * 10 }
            return max(
                minimum,
                (power - Int64.random(in: 0...1, using: &generator)) * (Bool.random(using: &generator) ? 1 : -1))
        default:
            let shift = Int64.random(in: 0...62, using: &generator)
            return max(minimum, Int64.random(in: .min ... .max, using: &generator) >> shift)
        }
    }

    /// A text of any Unicode scalars but NUL, in which those that need an escape come often.
    private static func randomText(scalars count: Int, using generator: inout SeededGenerator) -> String {
        let special: [Unicode.Scalar] = [
            "\\", "\t", "\n", "\r", "\u{1}", "\u{B}", "\u{1F}", "\u{7F}", "\u{80}", "\u{9F}", "\u{FFFD}", "\u{FFFE}",
            "\u{FFFF}", "\u{FFBF}", "\u{F000}", "\u{10FFFF}", "\u{10FFFE}", "\u{FEFF}", "N", ".", "x", "t", "0",
        ]
        let style = Int.random(in: 0..<4, using: &generator)
        var text = String.UnicodeScalarView()
        while text.count < count {
            switch style {
            case 0:
                text.append(Unicode.Scalar(UInt8.random(in: 0x61...0x7A, using: &generator)))
            case 1 where generator.chance(1, in: 2):
                text.append(special.randomElement(using: &generator) ?? "x")
            default:
                guard let scalar = Unicode.Scalar(UInt32.random(in: 1...0x10FFFF, using: &generator)) else { continue }
                text.append(generator.chance(1, in: 2) ? scalar : "a")
            }
        }
        return String(text)
    }

    /// Whether PostgreSQL takes it.
    var isStorable: Bool {
        !userName.isEmpty && createdAt >= Self.times.lowerBound
            && [userName, email].allSatisfy { !$0.contains(0) && String(validating: $0, as: UTF8.self) != nil }
    }
}

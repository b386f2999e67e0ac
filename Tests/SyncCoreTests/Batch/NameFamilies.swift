import TestSupport

/// Ways in which systems name their users, from even to very uneven.
enum NameFamily: CaseIterable, Sendable {
    case hexadecimal, commonPrefix, twoDeepPrefixes, fewGivenNames, shortNumbers, nested, cyrillicAndChinese,
        onlyLastByteDiffers

    func name(using random: inout SeededGenerator) -> [UInt8] {
        let number = Int.random(in: 0..<100_000_000, using: &random)
        switch self {
        case .hexadecimal: return Array(String(number, radix: 16).utf8)
        case .commonPrefix: return Array("everybody-of-the-company-has-this-prefix-\(number)".utf8)
        case .twoDeepPrefixes:
            let prefix =
                random.chance(1, in: 10) ? "tenant-of-the-north-and-the-east" : "tenant-of-the-north-and-the-west"
            return Array("\(prefix)/\(number)".utf8)
        case .fewGivenNames:
            // The first is as frequent as all others together, and so on.
            let name = ["maria", "jose", "ana", "joão", "antônio", "çelik", "zoë"].first { _ in random.chance(1, in: 2)
            }
            return Array("\(name ?? "x").\(number)".utf8)
        case .shortNumbers: return Array("\(number % 100_000)".utf8)
        case .nested: return Array((String(repeating: "a", count: number % 100) + "\(number)").utf8)
        case .cyrillicAndChinese:
            let first = Int.random(in: 0..<2, using: &random) == 0 ? 0x430...0x44F : 0x4E00...0x9FFF
            let scalars = (0..<6).compactMap { _ in Unicode.Scalar(Int.random(in: first, using: &random)) }
            return scalars.flatMap { Array(String($0).utf8) }
        case .onlyLastByteDiffers:
            // As many names as there are pairs of letters: all 250 bytes before them are equal.
            let pair = [number % 26, number / 26 % 26, number / 676 % 26, number / 17_576 % 26].map { UInt8(0x61 + $0) }
            return [UInt8](repeating: 0x7A, count: 250) + pair
        }
    }

    /// Different names, in random order.
    func names(_ count: Int, seed: UInt64) -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        var seen: Set<[UInt8]> = []
        var names: [[UInt8]] = []
        while names.count < count {
            let name = name(using: &random)
            if seen.insert(name).inserted { names.append(name) }
        }
        return names
    }
}

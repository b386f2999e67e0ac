import TestSupport

/// Small damage to good bytes, as cables, bugs and attackers do it.
enum Damage {
    /// Changes `bytes` at one place.
    ///
    /// - Parameter tokens: pieces that mean something to the reader.
    static func strike(_ bytes: inout [UInt8], tokens: [[UInt8]], using random: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...20, using: &random))
        switch Int.random(in: 0..<9, using: &random) {
        case 0: bytes.removeSubrange(place...)
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
        case 3 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 4 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 5: bytes.insert(contentsOf: brokenUTF8[Int.random(in: 0..<brokenUTF8.count, using: &random)], at: place)
        case 6: bytes.replaceSubrange(place..<end, with: tokens[Int.random(in: 0..<tokens.count, using: &random)])
        default: bytes.insert(contentsOf: tokens[Int.random(in: 0..<tokens.count, using: &random)], at: place)
        }
    }

    static let brokenUTF8: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
        [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE],
        [0xFF],
        [0xEF, 0xBB, 0xBF], [0xC2, 0xA9],
    ]
}

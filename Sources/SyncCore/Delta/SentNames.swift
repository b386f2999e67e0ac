/// Remembers which names were sent that the table did not hold: says "not yet" with certainty, and "perhaps" else.
///
/// A [Bloom filter](https://en.wikipedia.org/wiki/Bloom_filter) in blocks of 64 bytes, so that a name costs one cache line.
/// It grows by one part of 1 MiB for each million names, up to 8; with the last part full it says "perhaps" more and more often.
/// Up to a million names that is for about one new name in a hundred.
struct SentNames: ~Copyable {
    private typealias Block = SIMD8<UInt64>

    /// Names that fill a block: eight bits each.
    private static let namesInBlock = 64
    private static let maximumParts = 8

    private let blocksInPart: Int
    private var parts: [[Block]] = []
    private var namesInLastPart = 0

    /// - Parameter blocksInPart: blocks of 64 bytes in a part, at least 1; each holds 64 names before the filter grows.
    init(blocksInPart: Int = 1 << 14) {
        self.blocksInPart = blocksInPart
    }

    /// Adds a name.
    /// - Returns: whether it is certain that it was not there before.
    @inline(__always)
    mutating func insert(_ name: NameDigest) -> Bool {
        // The digest as a fraction of all digests, times the number of blocks; the bits come from its other end.
        let block = Int(truncatingIfNeeded: name.position.multipliedFullWidth(by: UInt64(blocksInPart)).high)
        let bits = Self.bits(of: name.position)
        var isNew = true
        for part in parts.indices where parts[part][block] & bits == bits { isNew = false }
        if isNew { add(bits, to: block) }
        return isNew
    }

    private mutating func add(_ bits: Block, to block: Int) {
        if parts.isEmpty || (namesInLastPart == blocksInPart * Self.namesInBlock && parts.count < Self.maximumParts) {
            parts.append([Block](repeating: .zero, count: blocksInPart))
            namesInLastPart = 0
        }
        parts[parts.count - 1][block] |= bits
        namesInLastPart += 1
    }

    /// Four bits of a block, of which some may be the same.
    @inline(__always)
    private static func bits(of position: UInt64) -> Block {
        var bits = Block.zero
        for index in 0..<4 {
            let bit = position >> UInt64(9 * index) & 511
            bits[Int(bit >> 6)] |= 1 << (bit & 63)
        }
        return bits
    }
}

/// Eight bytes looked at together; the first in memory is the lowest byte.
///
/// The tests give a word whose lowest set high bit marks the first byte that matches. Bits above that one may be set
/// for bytes that do not match, so only "any" and "the first" may be asked.
/// See [Bit Twiddling Hacks](https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord).
enum ByteWord {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    static func load(_ pointer: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    static func store(_ word: UInt64, to pointer: UnsafeMutableRawPointer) {
        pointer.storeBytes(of: word.littleEndian, as: UInt64.self)
    }

    /// Marks bytes equal to `byte`.
    @inline(__always)
    static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & highBits
    }

    /// Marks bytes below `limit`, which is at most 128.
    @inline(__always)
    static func below(_ word: UInt64, _ limit: UInt8) -> UInt64 {
        (word &- (ones &* UInt64(limit))) & ~word & highBits
    }

    /// Where the first marked byte is: 0 to 7, or 8 when none is marked.
    @inline(__always)
    static func firstIndex(_ marks: UInt64) -> Int {
        marks.trailingZeroBitCount >> 3
    }
}

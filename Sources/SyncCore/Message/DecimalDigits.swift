/// Writes integers as decimal ASCII, eight digits at a time.
enum DecimalDigits {
    /// The longest text of a 64-bit integer: a sign and 19 digits.
    static let longest = 20

    /// Bytes beyond the text that a write may touch: digits are stored eight at a time.
    static let slack = 8

    private static let group: UInt64 = 100_000_000

    /// Writes `value` and returns the number of bytes of its text.
    ///
    /// `output` must have room for `longest + slack` bytes; those after the text are left undefined.
    @inline(__always)
    static func write(_ value: Int64, to output: UnsafeMutableRawPointer) -> Int {
        var sign = 0
        if value < 0 {
            output.storeBytes(of: FormatByte.minus, as: UInt8.self)
            sign = 1
        }
        return sign + write(value.magnitude, to: output + sign)
    }

    @inline(__always)
    private static func write(_ value: UInt64, to output: UnsafeMutableRawPointer) -> Int {
        if value < group {
            return writeLeading(value, to: output)
        }
        let high = value / group
        let low = value % group
        let written = high < group ? writeLeading(high, to: output) : writeTwoGroups(high, to: output)
        ByteWord.store(digits(of: low) | asciiZeros, to: output + written)
        return written + 8
    }

    @inline(never)
    private static func writeTwoGroups(_ value: UInt64, to output: UnsafeMutableRawPointer) -> Int {
        let written = writeLeading(value / group, to: output)
        ByteWord.store(digits(of: value % group) | asciiZeros, to: output + written)
        return written + 8
    }

    /// Writes a value below 10^8 without leading zeros.
    @inline(__always)
    private static func writeLeading(_ value: UInt64, to output: UnsafeMutableRawPointer) -> Int {
        let word = digits(of: value)
        // The last digit is never dropped, so that 0 is written as "0".
        let leadingZeros = min(word.trailingZeroBitCount >> 3, 7)
        ByteWord.store((word | asciiZeros) >> UInt64(leadingZeros * 8), to: output)
        return 8 - leadingZeros
    }

    private static let asciiZeros: UInt64 = 0x3030_3030_3030_3030

    /// The eight digits of a value below 10^8, one a byte, the first digit in the lowest byte.
    ///
    /// Halves are split in parallel inside one word, with multiplications that divide exactly in the ranges met here
    /// (`x * 10486 >> 20` is `x / 100` below 10 000, `x * 103 >> 10` is `x / 10` below 100).
    @inline(__always)
    private static func digits(of value: UInt64) -> UInt64 {
        let fours = (value / 10_000) | ((value % 10_000) << 32)
        let hundreds = ((fours &* 10_486) >> 20) & 0x0000_007F_0000_007F
        let twos = hundreds | ((fours &- hundreds &* 100) << 16)
        let tens = ((twos &* 103) >> 10) & 0x000F_000F_000F_000F
        return tens | ((twos &- tens &* 10) << 8)
    }
}

/// The escapes of JSON strings (RFC 8259, section 7), over bytes.
enum JSONEscaping {
    /// How many bytes escaping adds to the text.
    static func extraBytes(for source: UnsafeRawBufferPointer) -> Int {
        var extra = 0
        var index = 0
        let count = source.count
        while index < count {
            if index &+ 8 <= count {
                let plain = plainPrefix(source.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                index &+= plain
                if plain == 8 { continue }
            }
            extra &+= escapedLength(source[index]) &- 1
            index &+= 1
        }
        return extra
    }

    /// Writes the escaped text; `target` has exactly the room for it.
    static func escape(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        var read = 0
        var write = 0
        let count = source.count
        while read < count {
            if read &+ 8 <= count, write &+ 8 <= target.count {
                let word = source.loadUnaligned(fromByteOffset: read, as: UInt64.self)
                // What is stored beyond the plain bytes is written over next.
                target.storeBytes(of: word, toByteOffset: write, as: UInt64.self)
                let plain = plainPrefix(word)
                read &+= plain
                write &+= plain
                if plain == 8 { continue }
            }
            let byte = source[read]
            read &+= 1
            let length = escapedLength(byte)
            if length == 1 {
                target[write] = byte
            } else {
                target[write] = UInt8(ascii: "\\")
                if length == 2 {
                    target[write &+ 1] = shortEscape(byte)
                } else {
                    target[write &+ 1] = UInt8(ascii: "u")
                    target[write &+ 2] = UInt8(ascii: "0")
                    target[write &+ 3] = UInt8(ascii: "0")
                    target[write &+ 4] = hexDigit(byte >> 4)
                    target[write &+ 5] = hexDigit(byte & 0xF)
                }
            }
            write &+= length
        }
    }

    /// How many of eight bytes, as loaded from memory, come before the first control character, quotation mark or backslash.
    ///
    /// The classic "has a byte less than n" and "has a zero byte" tests. A borrow can make them see too much, but only above the
    /// first true hit, so the lowest one is exact.
    @inline(__always)
    static func plainPrefix(_ loaded: UInt64) -> Int {
        let word = UInt64(littleEndian: loaded)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let controls = (word &- (ones &* 0x20)) & ~word
        let hits = (controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)) & highs
        return hits.trailingZeroBitCount / 8
    }

    @inline(__always)
    private static func escapedLength(_ byte: UInt8) -> Int {
        switch byte {
        case 0x22, 0x5C, 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        case 0x00..<0x20: 6
        default: 1
        }
    }

    @inline(__always)
    private static func shortEscape(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: byte
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ value &- 10
    }
}

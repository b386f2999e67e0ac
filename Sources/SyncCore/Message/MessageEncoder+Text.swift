extension MessageEncoder {
    /// Writes a text with the escapes it needs and returns the bytes written.
    ///
    /// Most texts need none: they are copied while they are looked at, eight bytes at a time, and only a text that
    /// turned out to hold a special byte is written again the slow way.
    @inline(__always)
    static func writeText(_ text: UnsafeRawBufferPointer, to output: UnsafeMutableRawPointer) -> Int {
        let count = text.count
        guard count > 0, let input = text.baseAddress else { return 0 }
        let isPlain = count >= 8 ? copyLong(input, count, to: output) : copyShort(input, count, to: output)
        return isPlain ? count : writeEscaped(text, to: output)
    }

    /// Copies eight bytes or more and says whether none of them needs a closer look.
    @inline(__always)
    private static func copyLong(_ input: UnsafeRawPointer, _ count: Int, to output: UnsafeMutableRawPointer) -> Bool {
        var special: UInt64 = 0
        var offset = 0
        let last = count - 8
        while offset < last {
            let word = ByteWord.load(input + offset)
            ByteWord.store(word, to: output + offset)
            special |= specialBytes(word)
            offset += 8
        }
        // The last eight bytes, which may overlap those before.
        let word = ByteWord.load(input + last)
        ByteWord.store(word, to: output + last)
        special |= specialBytes(word)
        return special == 0
    }

    /// Copies one to seven bytes and says whether none of them needs a closer look.
    @inline(__always)
    private static func copyShort(_ input: UnsafeRawPointer, _ count: Int, to output: UnsafeMutableRawPointer) -> Bool {
        var word: UInt64
        if count >= 4 {
            let first = input.loadUnaligned(as: UInt32.self)
            let last = input.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            output.storeBytes(of: first, as: UInt32.self)
            output.storeBytes(of: last, toByteOffset: count - 4, as: UInt32.self)
            word = UInt64(first) | UInt64(last) << 32
        } else {
            // One to three bytes: the first, the middle and the last one are all of them.
            let first = input.load(as: UInt8.self)
            let middle = input.load(fromByteOffset: count / 2, as: UInt8.self)
            let last = input.load(fromByteOffset: count - 1, as: UInt8.self)
            output.storeBytes(of: first, as: UInt8.self)
            output.storeBytes(of: middle, toByteOffset: count / 2, as: UInt8.self)
            output.storeBytes(of: last, toByteOffset: count - 1, as: UInt8.self)
            word = UInt64(first) | UInt64(middle) << 8 | UInt64(last) << 16
            word |= 0x2020_2020_2000_0000  // The empty places must not look like control characters.
        }
        return specialBytes(word) == 0
    }

    /// Marks bytes that are escaped, or that may begin a character that is.
    @inline(__always)
    private static func specialBytes(_ word: UInt64) -> UInt64 {
        ByteWord.below(word, FormatByte.space) | ByteWord.matches(word, FormatByte.backslash)
            | ByteWord.matches(word, FormatByte.noncharacterLead)
    }

    @inline(never)
    private static func writeEscaped(_ text: UnsafeRawBufferPointer, to output: UnsafeMutableRawPointer) -> Int {
        var end = output
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            switch byte {
            case FormatByte.backslash:
                end = writeEscape(FormatByte.backslash, to: end)
            case FormatByte.tab:
                end = writeEscape(FormatByte.t, to: end)
            case FormatByte.lineFeed:
                end = writeEscape(FormatByte.n, to: end)
            case FormatByte.carriageReturn:
                end = writeEscape(FormatByte.r, to: end)
            case 0..<FormatByte.space:
                end = writeHexadecimal(byte, to: end)
            case FormatByte.noncharacterLead where isNoncharacterTail(text, at: index):
                end = writeHexadecimal(byte, to: end)
                end = writeHexadecimal(text[index], to: end)
                end = writeHexadecimal(text[index + 1], to: end)
                index += 2
            default:
                end.storeBytes(of: byte, as: UInt8.self)
                end += 1
            }
        }
        return end - output
    }

    /// Whether `BF BE` or `BF BF` stands at `index`: the rest of U+FFFE or U+FFFF.
    private static func isNoncharacterTail(_ text: UnsafeRawBufferPointer, at index: Int) -> Bool {
        index + 1 < text.count && text[index] == 0xBF && text[index + 1] >= 0xBE
    }

    private static func writeEscape(_ letter: UInt8, to output: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        output.storeBytes(of: FormatByte.backslash, as: UInt8.self)
        output.storeBytes(of: letter, toByteOffset: 1, as: UInt8.self)
        return output + 2
    }

    private static func writeHexadecimal(_ byte: UInt8, to output: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        let end = writeEscape(FormatByte.x, to: output)
        end.storeBytes(of: hexadecimalDigit(byte >> 4), as: UInt8.self)
        end.storeBytes(of: hexadecimalDigit(byte & 0x0F), toByteOffset: 1, as: UInt8.self)
        return end + 2
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? FormatByte.zero + value : 0x61 - 10 + value
    }
}

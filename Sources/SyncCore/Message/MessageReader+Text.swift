/// Where unescaped texts are collected, one after another.
struct TextOutput {
    private let start: UnsafeMutableRawPointer?
    /// The bytes of all texts so far.
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        start = UnsafeMutableRawPointer(buffer.baseAddress)
    }

    /// Writes eight bytes of which the first `kept` belong to the text.
    @inline(__always)
    mutating func append(_ word: UInt64, keeping kept: Int) {
        guard let start else { return }
        ByteWord.store(word, to: start + count)
        count += kept
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        guard let start else { return }
        start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Whether the bytes from `first` on are UTF-8.
    func isUTF8(from first: Int) -> Bool {
        guard let start else { return true }
        let text = UnsafeBufferPointer(start: (start + first).assumingMemoryBound(to: UInt8.self), count: count - first)
        return (try? UTF8Span(validating: text.span)) != nil
    }
}

extension MessageReader {
    /// Reads a user name and the tab after it, and returns where it ends in `output`.
    @inline(__always)
    mutating func readUserName(into output: inout TextOutput) throws(MessageError) -> UInt32 {
        let start = output.count
        let end = try readText(endingWith: FormatByte.tab, into: &output)
        guard output.count > start else { throw failure(.emptyUserName) }
        return end
    }

    /// Reads a text and the byte that ends it, and returns where the text ends in `output`.
    ///
    /// `output` must have room for what is left of the body and ``slack`` bytes more.
    @inline(__always)
    mutating func readText(endingWith end: UInt8, into output: inout TextOutput) throws(MessageError) -> UInt32 {
        let start = output.count
        // The high bits of all bytes kept: zero when the text is ASCII, which needs no validation.
        var highBits: UInt64 = 0
        while true {
            while remaining >= 8 {
                let word = word(at: position)
                let marks = ByteWord.below(word, FormatByte.space) | ByteWord.matches(word, FormatByte.backslash)
                let plain = ByteWord.firstIndex(marks)
                output.append(word, keeping: plain)
                position += plain
                // Without a mark the whole word counts; with one, the bytes before it.
                highBits |= marks == 0 ? word : word & (marks & (0 &- marks)) &- 1
                if marks != 0 { break }
            }
            guard position < bytes.count else { throw failure(.truncated) }
            let byte = bytes[position]
            if byte == end {
                position += 1
                break
            }
            if byte >= FormatByte.space, byte != FormatByte.backslash {
                // Only near the end of the body, where no whole word is left.
                output.append(byte)
                highBits |= UInt64(byte)
                position += 1
                continue
            }
            try readSpecial(byte, endingWith: end, into: &output, &highBits)
        }
        if highBits & ByteWord.highBits != 0, !output.isUTF8(from: start) {
            throw failure(.invalidUTF8)
        }
        return UInt32(truncatingIfNeeded: output.count)
    }

    /// Reads an escape; refuses every other byte that has no place in a text.
    @inline(never)
    private mutating func readSpecial(
        _ byte: UInt8,
        endingWith end: UInt8,
        into output: inout TextOutput,
        _ highBits: inout UInt64
    ) throws(MessageError) {
        switch byte {
        case FormatByte.backslash:
            let unescaped = try readEscape()
            output.append(unescaped)
            highBits |= UInt64(unescaped)
        case FormatByte.tab:
            throw failure(.extraField)
        case FormatByte.lineFeed:
            throw failure(.missingField)
        case 0:
            throw failure(.nulCharacter)
        default:
            throw failure(.controlCharacter)
        }
    }

    /// Reads one escape, which begins at the current position, and returns the byte it stands for.
    private mutating func readEscape() throws(MessageError) -> UInt8 {
        guard remaining >= 2 else { throw failure(.truncated) }
        let byte: UInt8
        switch bytes[position + 1] {
        case FormatByte.backslash: byte = FormatByte.backslash
        case FormatByte.t: byte = FormatByte.tab
        case FormatByte.n: byte = FormatByte.lineFeed
        case FormatByte.r: byte = FormatByte.carriageReturn
        case FormatByte.x:
            guard remaining >= 4 else { throw failure(.truncated) }
            guard let high = Self.hexadecimalValue(bytes[position + 2]),
                let low = Self.hexadecimalValue(bytes[position + 3])
            else { throw failure(.invalidEscape) }
            byte = high << 4 | low
            guard byte != 0 else { throw failure(.nulCharacter) }
            position += 2
        default:
            throw failure(.invalidEscape)
        }
        position += 2
        return byte
    }

    private static func hexadecimalValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}

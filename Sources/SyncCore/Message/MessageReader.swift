/// A place in a message body, and the steps that read on from there.
///
/// Every load is checked against the end of the body first; no byte of the body is trusted.
struct MessageReader {
    /// Bytes beyond a text that reading it may touch in the output: texts are copied eight bytes at a time.
    static let slack = 8

    let bytes: UnsafeRawBufferPointer
    var position = 0
    /// The format's version, once the header is read.
    var version = MessageFormat.version {
        didSet { knownFlags = RowFlags.known(inVersion: version) }
    }
    private var knownFlags = RowFlags.known(inVersion: MessageFormat.version)
    /// The user line being read; nil in the header and after the last line.
    var row: Int?

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The bytes not read yet.
    var remaining: Int {
        @inline(__always) get { bytes.count - position }
    }

    /// Begins the user line with number `row`.
    @inline(__always)
    mutating func startRow(_ row: Int, announced: Int) throws(MessageError) {
        guard position < bytes.count else { throw countError(announced: announced, found: row) }
        self.row = row
    }

    /// Checks that nothing follows the last user line.
    mutating func finish(announced: Int) throws(MessageError) {
        row = nil
        guard position == bytes.count else {
            throw countError(announced: announced, found: announced + linesLeft())
        }
    }

    /// Reads a number and the byte that ends it.
    @inline(__always)
    mutating func readNumber(endingWith end: UInt8) throws(MessageError) -> Int64 {
        var isNegative = false
        if position < bytes.count, bytes[position] == FormatByte.minus {
            isNegative = true
            position += 1
        }
        let start = position
        var value: UInt64 = 0
        // Sixteen digits fit without overflow: two groups of eight at most.
        while remaining >= 8, position - start < 16, let group = Self.eightDigits(word(at: position)) {
            value = value &* 100_000_000 &+ group
            position += 8
        }
        while position < bytes.count {
            let digit = bytes[position] &- FormatByte.zero
            if digit > 9 { break }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry { throw failure(.numberOverflow) }
            value = sum
            position += 1
        }
        guard position < bytes.count else { throw failure(.truncated) }
        guard position > start, bytes[position] == end else { throw failure(.invalidNumber) }
        // The magnitude of Int64.min is one more than that of Int64.max.
        guard value <= UInt64(Int64.max) + (isNegative ? 1 : 0) else { throw failure(.numberOverflow) }
        position += 1
        let signed = Int64(bitPattern: value)
        return isNegative ? 0 &- signed : signed
    }

    /// Reads a creation time and the tab after it.
    @inline(__always)
    mutating func readCreatedAt() throws(MessageError) -> Int64 {
        try readTime(endingWith: FormatByte.tab)
    }

    /// Reads a time and the byte that ends it.
    @inline(__always)
    mutating func readTime(endingWith end: UInt8) throws(MessageError) -> Int64 {
        let start = position
        let time = try readNumber(endingWith: end)
        guard MessageFormat.createdAtRange.contains(time) else {
            position = start
            throw failure(.createdAtOutOfRange)
        }
        return time
    }

    /// Reads the flags and the tab after them.
    @inline(__always)
    mutating func readFlags() throws(MessageError) -> RowFlags {
        guard remaining >= 2 else { throw failure(.truncated) }
        let value = bytes[position] &- FormatByte.zero
        guard value <= knownFlags.rawValue, bytes[position + 1] == FormatByte.tab else {
            throw failure(.invalidFlags)
        }
        position += 2
        return RowFlags(rawValue: value)
    }

    @inline(__always)
    func word(at position: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    /// The value of eight ASCII digits, the first in the lowest byte, or nil when one of the bytes is no digit.
    @inline(__always)
    private static func eightDigits(_ word: UInt64) -> UInt64? {
        // A digit's high half is 3, and stays 3 when 6 is added.
        let halves = word & (word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
        guard halves == 0x3030_3030_3030_3030 else { return nil }
        let digits = word & 0x0F0F_0F0F_0F0F_0F0F
        let twos = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (twos &* 100 &+ twos >> 16) & 0x0000_FFFF_0000_FFFF
        return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
    }

    // MARK: Failures

    func failure(_ code: MessageError.Code, detail: String? = nil) -> MessageError {
        MessageError(code, offset: position, row: row, detail: detail)
    }

    /// The failure of a body whose number of lines is not the announced one.
    private func countError(announced: Int, found: Int) -> MessageError {
        MessageError(.wrongCount, offset: position, detail: "header says \(announced), found \(found)")
    }

    /// The lines from here to the end, an unfinished one included.
    private func linesLeft() -> Int {
        let rest = bytes[position...]
        let whole = rest.count { $0 == FormatByte.lineFeed }
        return whole + (rest.last.map { $0 == FormatByte.lineFeed ? 0 : 1 } ?? 0)
    }
}

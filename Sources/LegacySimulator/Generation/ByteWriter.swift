/// Appends bytes to memory that someone else owns.
///
/// It is a cursor, not a buffer: it lives only inside the call that lends the memory, and every append checks the room left.
struct ByteWriter {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private(set) var count = 0

    /// - Parameter memory: must not be empty.
    init?(_ memory: UnsafeMutableRawBufferPointer) {
        guard let base = memory.baseAddress else { return nil }
        self.base = base
        capacity = memory.count
    }

    var room: Int { capacity - count }

    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Forgets everything after the first `count` bytes.
    mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        self.count = count
    }

    @inline(__always)
    private mutating func reserve(_ bytes: Int) -> UnsafeMutableRawPointer {
        precondition(bytes <= capacity - count, "a piece is larger than the room reserved for it")
        defer { count += bytes }
        return base + count
    }

    @inline(__always)
    mutating func write(byte: UInt8) {
        reserve(1).storeBytes(of: byte, as: UInt8.self)
    }

    @inline(__always)
    mutating func write(_ literal: StaticString) {
        let count = literal.utf8CodeUnitCount
        reserve(count).copyMemory(from: literal.utf8Start, byteCount: count)
    }

    mutating func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count).copyMemory(from: start, byteCount: bytes.count)
    }

    @inline(__always)
    mutating func write(_ word: ShortWord) {
        precondition(capacity - count >= 16, "a piece is larger than the room reserved for it")
        (base + count).storeBytes(of: word.bytes, as: SIMD16<UInt8>.self)
        count += word.count
    }

    @inline(__always)
    mutating func write(decimal value: Int) {
        if value < 0 { write(byte: UInt8(ascii: "-")) }
        var rest = value.magnitude
        let digits = Self.decimalDigits(rest)
        let start = reserve(digits)
        var position = digits
        repeat {
            position -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            start.storeBytes(
                of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit), toByteOffset: position, as: UInt8.self)
            rest = quotient
        } while position > 0
    }

    /// Writes the last `digits` decimal digits of a number, with leading zeros.
    @inline(__always)
    mutating func write(_ value: Int, digits: Int) {
        let start = reserve(digits)
        var rest = UInt(truncatingIfNeeded: value)
        var position = digits
        while position > 0 {
            position -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            start.storeBytes(
                of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit), toByteOffset: position, as: UInt8.self)
            rest = quotient
        }
    }

    @inline(__always)
    static func decimalDigits(_ value: some BinaryInteger) -> Int {
        let value = UInt(truncatingIfNeeded: value.magnitude)
        var digits = 1
        var bound: UInt = 10
        while value >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        return digits
    }
}

/// Up to 16 ASCII bytes that are copied with one store.
struct ShortWord: Sendable {
    let bytes: SIMD16<UInt8>
    let count: Int

    init(_ text: StaticString) {
        var bytes = SIMD16<UInt8>(repeating: 0)
        let count = min(text.utf8CodeUnitCount, 16)
        for index in 0..<count { bytes[index] = text.utf8Start[index] }
        self.bytes = bytes
        self.count = count
    }
}

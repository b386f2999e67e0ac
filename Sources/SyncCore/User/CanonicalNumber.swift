/// The one way to write a decimal number, so that equal numbers have equal bytes: `1.50` is `1.5`, `1e2` is `100`, `-0` is `0`.
///
/// The digits stay exact, however many there are. A number that would need more than ``longestPadding`` zeros of padding is
/// written with an exponent, as `1.5e40` or `1e-40`: a source may send `1e100000` in eight bytes.
enum CanonicalNumber {
    /// The most zeros written before or behind the significant digits.
    static let longestPadding = 32

    /// What the result may take beyond the bytes of the text: a sign, "0.", the padding, and an exponent.
    static let slack = 64

    /// Exponents beyond are all the same: no database holds such a number.
    private static let largestExponent: Int64 = 1 << 40

    /// Where the digits of a number are, and where its point belongs.
    private struct Digits {
        var isNegative = false
        /// The significant digits, a point among them perhaps.
        var first = 0
        var end = 0
        /// How many digits these are.
        var count = 0
        /// Of the digits, how many stand before the point; negative when zeros stand between.
        var point: Int64 = 0
    }

    /// Writes the number that `text` spells in JSON, or as PostgreSQL prints a `numeric`.
    ///
    /// - Parameter output: has room for the bytes of the text and ``slack`` more.
    /// - Returns: the bytes written; nil when the text is no decimal number.
    static func write(_ text: UnsafeRawBufferPointer, to output: UnsafeMutableRawPointer) -> Int? {
        guard let digits = parse(text) else { return nil }
        var end = output
        func put(_ byte: UInt8) {
            end.storeBytes(of: byte, as: UInt8.self)
            end += 1
        }
        guard digits.count > 0 else {
            put(FormatByte.zero)
            return 1
        }
        if digits.isNegative { put(FormatByte.minus) }
        let count = Int64(digits.count)
        let padding = max(0, digits.point - count, -digits.point)
        // Digits before the point; with an exponent always one.
        let point = padding > longestPadding ? 1 : digits.point
        if point <= 0 {
            put(FormatByte.zero)
            put(FormatByte.point)
            for _ in point..<0 { put(FormatByte.zero) }
        }
        var written: Int64 = 0
        for index in digits.first..<digits.end where text[index] != FormatByte.point {
            if written == point, written > 0 { put(FormatByte.point) }
            put(text[index])
            written += 1
        }
        while written < point {
            put(FormatByte.zero)
            written += 1
        }
        if padding > longestPadding {
            put(FormatByte.e)
            end += DecimalDigits.write(digits.point - 1, to: end)
        }
        return end - output
    }

    private static func parse(_ text: UnsafeRawBufferPointer) -> Digits? {
        var digits = Digits()
        var index = 0
        if index < text.count, text[index] == FormatByte.minus {
            digits.isNegative = true
            index += 1
        }
        let start = index
        while index < text.count, isDigit(text[index]) { index += 1 }
        guard index > start else { return nil }
        let whole = index
        if index < text.count, text[index] == FormatByte.point {
            index += 1
            let fraction = index
            while index < text.count, isDigit(text[index]) { index += 1 }
            guard index > fraction else { return nil }
        }
        let end = index
        guard let exponent = exponent(text, &index), index == text.count else { return nil }

        // Zeros at both ends say nothing.
        digits.first = start
        digits.end = end
        while digits.first < end, !isSignificant(text[digits.first]) { digits.first += 1 }
        while digits.end > digits.first, !isSignificant(text[digits.end - 1]) { digits.end -= 1 }
        let holdsPoint = digits.first < whole && digits.end > whole
        digits.count = digits.end - digits.first - (holdsPoint ? 1 : 0)
        let beforePoint = digits.first < whole ? whole - digits.first : whole + 1 - digits.first
        digits.point = Int64(beforePoint) + exponent
        return digits
    }

    /// Reads an exponent, if there is one.
    private static func exponent(_ text: UnsafeRawBufferPointer, _ index: inout Int) -> Int64? {
        guard index < text.count, text[index] | 0x20 == FormatByte.e else { return 0 }
        index += 1
        var isNegative = false
        if index < text.count, text[index] == FormatByte.minus || text[index] == FormatByte.plus {
            isNegative = text[index] == FormatByte.minus
            index += 1
        }
        let start = index
        var value: Int64 = 0
        while index < text.count, isDigit(text[index]) {
            value = min(value * 10 + Int64(text[index] - FormatByte.zero), largestExponent)
            index += 1
        }
        guard index > start else { return nil }
        return isNegative ? -value : value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- FormatByte.zero <= 9 }
    private static func isSignificant(_ byte: UInt8) -> Bool { byte != FormatByte.zero && byte != FormatByte.point }
}

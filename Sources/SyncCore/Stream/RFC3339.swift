/// Reads date-times as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) writes them.
///
/// The grammar of section 5.6 to the letter: `T` and `Z` in either case, no space in the place of `T`, years 0000 to
/// 9999, any real date of the proleptic Gregorian calendar, offsets up to 23:59, `-00:00` the same as `Z`. Second 60
/// is taken where section 5.7 allows it, at 23:59:60 UTC on 30 June or 31 December, and counts as the second after it,
/// as in PostgreSQL. One to nine fraction digits; those beyond the sixth are dropped, not rounded.
package enum RFC3339 {
    /// The times that can be written again, in UTC, as four digits of a year: 0000-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z, in
    /// microseconds since 1970-01-01T00:00:00Z. An offset can lead out of it.
    package static let range: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// The time as `2023-04-05T06:07:08.009Z`: what is below a millisecond is dropped, not rounded. Nil outside of ``range``.
    package static func text(_ microseconds: Int64) -> String? {
        guard range.contains(microseconds) else { return nil }
        let (day, ofDay) = microseconds.quotientAndRemainder(dividingByFloor: 86_400_000_000)
        let date = civilDate(day)
        let milliseconds = ofDay / 1000
        func digits(_ number: Int64, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return digits(date.year, 4) + "-" + digits(date.month, 2) + "-" + digits(date.day, 2) + "T"
            + digits(milliseconds / 3_600_000, 2) + ":" + digits(milliseconds / 60_000 % 60, 2) + ":"
            + digits(milliseconds / 1000 % 60, 2) + "." + digits(milliseconds % 1000, 3) + "Z"
    }

    /// The date of a day's number in the proleptic Gregorian calendar, 1970-01-01 being 0: the way back from ``daysSinceEpoch``.
    private static func civilDate(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (day + 719_468).quotientAndRemainder(dividingByFloor: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isAfterDecember = month >= 10
        return (
            yearOfEra + era * 400 + (isAfterDecember ? 1 : 0), isAfterDecember ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    /// Returns microseconds since 1970-01-01T00:00:00Z within ``range``, or nil when `text` is no such date-time.
    package static func microseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        // The shortest is 2023-04-05T06:07:08Z, the longest 2023-04-05T06:07:08.123456789+00:00.
        guard let start = text.baseAddress, (20...35).contains(text.count) else { return nil }
        let bytes = UnsafeRawPointer(start)
        // XOR with the layout leaves a digit's value in its place and zero where a separator belongs; adding 0x76 to
        // a digit, or 0x7F to a separator, then sets the top bit of whatever is out of range.
        let date = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) ^ 0x2D30_302D_3030_3030  // 0000-00-
        let rest =
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            & ~0x20_0000 ^ 0x3030_3A30_3054_3030  // 00T00:00, with t as T
        let outOfRange =
            (date &+ 0x7F76_767F_7676_7676 | date) | (rest &+ 0x7676_7F76_767F_7676 | rest)
        guard outOfRange & 0x8080_8080_8080_8080 == 0, start[16] == UInt8(ascii: ":") else { return nil }

        let year = digit(date, 0) * 1000 + digit(date, 1) * 100 + digit(date, 2) * 10 + digit(date, 3)
        let month = digit(date, 5) * 10 + digit(date, 6)
        let day = digit(rest, 0) * 10 + digit(rest, 1)
        let hour = digit(rest, 3) * 10 + digit(rest, 4)
        let minute = digit(rest, 6) * 10 + digit(rest, 7)
        guard let second = twoDigits(start, 17), second <= 60, hour <= 23, minute <= 59,
            (1...12).contains(month), day >= 1, day <= 28 || day <= days(inMonth: month, year: year)
        else { return nil }

        var index = 19
        var microsecond: Int64 = 0
        if start[index] == UInt8(ascii: ".") {
            guard let fraction = fraction(text, from: index + 1) else { return nil }
            (microsecond, index) = fraction
        }
        guard let offset = offsetSeconds(text, from: index) else { return nil }

        let seconds =
            daysSinceEpoch(year: year, month: month, day: day) * 86_400
            + hour * 3_600 + minute * 60 + second - offset
        if second == 60, !mayFollowLeapSecond(seconds, near: year) { return nil }
        let microseconds = seconds * 1_000_000 + microsecond
        return range.contains(microseconds) ? microseconds : nil
    }

    /// The same for a `String`.
    package static func microseconds(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { microseconds($0) }
    }

    /// Returns the microseconds that one to nine digits stand for, and the index after them.
    @inline(__always)
    private static func fraction(
        _ text: UnsafeBufferPointer<UInt8>, from first: Int
    ) -> (microsecond: Int64, next: Int)? {
        guard let start = text.baseAddress else { return nil }
        var nanosecond: Int64 = 0
        var index = first
        while index < text.count {
            let digit = start[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            nanosecond = nanosecond &* 10 &+ Int64(digit)
            index += 1
        }
        switch index - first {
        case 3: return (nanosecond * 1_000, index)
        case 6: return (nanosecond, index)
        case 1...9:
            for _ in index - first..<9 { nanosecond *= 10 }
            return (nanosecond / 1_000, index)
        default: return nil
        }
    }

    @inline(__always)
    private static func digit(_ word: UInt64, _ index: UInt64) -> Int64 {
        Int64(truncatingIfNeeded: word &>> (index &* 8) & 0x0F)
    }

    @inline(__always)
    private static func twoDigits(_ bytes: UnsafePointer<UInt8>, _ index: Int) -> Int64? {
        let tens = bytes[index] &- UInt8(ascii: "0")
        let ones = bytes[index + 1] &- UInt8(ascii: "0")
        guard tens <= 9, ones <= 9 else { return nil }
        return Int64(tens) * 10 + Int64(ones)
    }

    /// Returns how far the text's clock is ahead of UTC, from the rest of `text`, all of which must be the offset.
    @inline(__always)
    private static func offsetSeconds(_ text: UnsafeBufferPointer<UInt8>, from index: Int) -> Int64? {
        guard let start = text.baseAddress, index < text.count else { return nil }
        let sign: Int64
        switch start[index] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return index + 1 == text.count ? 0 : nil
        case UInt8(ascii: "+"): sign = 1
        case UInt8(ascii: "-"): sign = -1
        default: return nil
        }
        guard index + 6 == text.count, start[index + 3] == UInt8(ascii: ":"),
            let hours = twoDigits(start, index + 1), let minutes = twoDigits(start, index + 4),
            hours <= 23, minutes <= 59
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    @inline(__always)
    private static func isLeap(_ year: Int64) -> Bool {
        year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    @inline(__always)
    private static func days(inMonth month: Int64, year: Int64) -> Int64 {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        // 31 and 30 alternate, and start again with August.
        return 30 + (month + month >> 3) & 1
    }

    /// Returns the day's number in the proleptic Gregorian calendar, 1970-01-01 being 0.
    ///
    /// Years are counted from March, so that the leap day is the last of its year and every month begins
    /// (153 × months + 2) / 5 days into it, as in
    /// [`days_from_civil`](https://howardhinnant.github.io/date_algorithms.html).
    @inline(__always)
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        // 400 years are added to keep every term positive, for divisions of unsigned numbers are the cheap ones.
        let isBeforeMarch = month <= 2
        let years = UInt32(truncatingIfNeeded: year + 400 - (isBeforeMarch ? 1 : 0))
        let months = UInt32(truncatingIfNeeded: month + (isBeforeMarch ? 9 : -3))
        let centuries = years / 100
        let days = years * 365 + years / 4 - centuries + centuries / 4 + (153 * months + 2) / 5
        return Int64(days) + day - 1 - 146_097 - 719_468
    }

    /// Whether the second before `seconds` can be a leap second: the last of June or of December, UTC.
    ///
    /// - Parameter year: the year as written; an offset can put the instant into the year before or after it.
    @inline(never)
    private static func mayFollowLeapSecond(_ seconds: Int64, near year: Int64) -> Bool {
        guard seconds % 86_400 == 0 else { return false }
        return (year - 1...year + 1).contains { year in
            [1, 7].contains { month in
                daysSinceEpoch(year: year, month: month, day: 1) == seconds / 86_400
            }
        }
    }
}

extension Int64 {
    /// The quotient rounded down, and the remainder, which is never negative.
    fileprivate func quotientAndRemainder(dividingByFloor divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

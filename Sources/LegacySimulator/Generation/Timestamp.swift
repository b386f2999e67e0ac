/// A moment in microseconds since 1970 UTC, written as RFC 3339 date-times.
struct Timestamp: Sendable, Equatable {
    static let microsecondsPerDay = 86_400_000_000

    var microseconds: Int

    /// Midnight UTC of a date in the proleptic Gregorian calendar.
    init(year: Int, month: Int, day: Int) {
        microseconds = Self.days(year: year, month: month, day: day) * Self.microsecondsPerDay
    }

    init(microseconds: Int) { self.microseconds = microseconds }

    /// Writes local date and time, `digits` fraction digits (0 to 9) and the offset; `Z` when `offsetMinutes` is nil.
    ///
    /// Digits beyond the sixth are `tail`'s, which is below 500 so that cutting off and rounding agree.
    @inline(__always)
    func write(to writer: inout ByteWriter, digits: Int, offsetMinutes: Int? = nil, tail: Int = 0) {
        let local = microseconds + (offsetMinutes ?? 0) * 60_000_000
        var day = local / Self.microsecondsPerDay
        var time = local % Self.microsecondsPerDay
        if time < 0 {
            day -= 1
            time += Self.microsecondsPerDay
        }
        let date = Self.civil(day)
        let seconds = time / 1_000_000
        let fraction = time % 1_000_000
        writer.write(date.year, digits: 4)
        writer.write(byte: UInt8(ascii: "-"))
        writer.write(date.month, digits: 2)
        writer.write(byte: UInt8(ascii: "-"))
        writer.write(date.day, digits: 2)
        writer.write(byte: UInt8(ascii: "T"))
        writer.write(seconds / 3600, digits: 2)
        writer.write(byte: UInt8(ascii: ":"))
        writer.write(seconds / 60 % 60, digits: 2)
        writer.write(byte: UInt8(ascii: ":"))
        writer.write(seconds % 60, digits: 2)
        if digits > 0 {
            writer.write(byte: UInt8(ascii: "."))
            if digits == 3 {
                writer.write(fraction / 1000, digits: 3)
            } else {
                var scaled = fraction * 1000 + tail
                for _ in digits..<9 { scaled /= 10 }
                writer.write(scaled, digits: digits)
            }
        }
        guard let offsetMinutes else {
            writer.write(byte: UInt8(ascii: "Z"))
            return
        }
        writer.write(byte: UInt8(ascii: offsetMinutes < 0 ? "-" : "+"))
        writer.write(abs(offsetMinutes) / 60, digits: 2)
        writer.write(byte: UInt8(ascii: ":"))
        writer.write(abs(offsetMinutes) % 60, digits: 2)
    }

    // Days to civil date and back: Howard Hinnant, https://howardhinnant.github.io/date_algorithms.html

    @inline(__always)
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

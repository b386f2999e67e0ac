/// The moment of signing, to the second, in UTC.
///
/// A server accepts a signature only near this moment (15 minutes at AWS), so it is the corrected time when a clock is known to be off.
package struct SigningDate: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    package let unixSeconds: Int64

    package init(unixSeconds: Int64) {
        self.unixSeconds = unixSeconds
    }

    /// The basic ISO 8601 form, `20150830T123600Z`.
    package var timestamp: String {
        let second = unixSeconds.flooredRemainder(by: Self.secondsPerDay)
        var text: [UInt8] = []
        text.reserveCapacity(16)
        appendDay(to: &text)
        text.append(UInt8(ascii: "T"))
        Self.append(second / 3600, width: 2, to: &text)
        Self.append(second / 60 % 60, width: 2, to: &text)
        Self.append(second % 60, width: 2, to: &text)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// The day of the credential scope, `20150830`.
    package var day: String {
        var text: [UInt8] = []
        appendDay(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether the year has the four digits that the protocol has room for: 0000-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    var isRepresentable: Bool { (-62_167_219_200...253_402_300_799).contains(unixSeconds) }

    private static let secondsPerDay: Int64 = 86_400

    /// Year, month and day of the proleptic Gregorian calendar.
    ///
    /// Counts in eras of 400 years that begin on 1 March, so that the leap day is the last one of its year.
    /// See <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
    private var civilDate: (year: Int64, month: Int64, day: Int64) {
        let daysPerEra: Int64 = 146_097
        let days = unixSeconds.flooredQuotient(by: Self.secondsPerDay) + 719_468
        let era = days.flooredQuotient(by: daysPerEra)
        let dayOfEra = days.flooredRemainder(by: daysPerEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private func appendDay(to text: inout [UInt8]) {
        let (year, month, day) = civilDate
        Self.append(year, width: 4, to: &text)
        Self.append(month, width: 2, to: &text)
        Self.append(day, width: 2, to: &text)
    }

    /// Appends a number with zeros before it up to `width` digits; one that does not fit, as in a year that is refused later, is not cut.
    private static func append(_ number: Int64, width: Int, to text: inout [UInt8]) {
        var digit: Int64 = 1
        for _ in 1..<width { digit *= 10 }
        guard (0..<digit * 10).contains(number) else {
            text += String(number).utf8
            return
        }
        while digit > 0 {
            text.append(UInt8(ascii: "0") + UInt8(number / digit % 10))
            digit /= 10
        }
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    fileprivate func flooredRemainder(by divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}

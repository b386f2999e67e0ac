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
        let clock = Self.padded(second / 3600, 2) + Self.padded(second / 60 % 60, 2) + Self.padded(second % 60, 2)
        return "\(day)T\(clock)Z"
    }

    /// The day of the credential scope, `20150830`.
    package var day: String {
        let (year, month, day) = civilDate
        return Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(day, 2)
    }

    /// Whether the year has the four digits that the protocol has room for: 0000 to 9999.
    var isRepresentable: Bool { (0...9999).contains(civilDate.year) }

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

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
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

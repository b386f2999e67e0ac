/// Dates of HTTP headers, as in `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
package enum HTTPDate {
    /// Seconds since 1970 of an IMF-fixdate, or of one of the two obsolete forms, `Sunday, 06-Nov-94 08:49:37 GMT` and
    /// `Sun Nov  6 08:49:37 1994`; `nil` for everything else.
    package static func unixSeconds(_ text: String) -> Int64? {
        var parts = text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "," || $0 == "-" })
        // The last of them puts the month first, and the year last.
        if parts.count == 7 { parts = [parts[0], parts[2], parts[1], parts[6], parts[3], parts[4], parts[5], "GMT"] }
        guard parts.count == 8, parts[7] == "GMT" || parts[7] == "UTC",
            let day = number(parts[1]), let month = months.firstIndex(of: String(parts[2])),
            var year = number(parts[3]),
            let hour = number(parts[4]), let minute = number(parts[5]), let second = number(parts[6])
        else { return nil }
        if parts[3].count == 2 { year += year < 70 ? 2_000 : 1_900 }
        return CivilDate.unixSeconds(
            year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}

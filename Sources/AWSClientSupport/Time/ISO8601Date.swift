/// Dates of credential documents, as in `2026-08-30T12:36:00Z`. Some `credential_process` programs write a space for the T, or offsets
/// such as `+0000` and `+00`. The AWS CLI accepts these too.
package enum ISO8601Date {
    /// Seconds since 1970 of a date and time in UTC or with an offset; a fraction of a second is dropped. `nil` for everything else.
    package static func unixSeconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            "Tt ".utf8.contains(bytes[10]), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            let local = CivilDate.unixSeconds(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            rest = rest[digits.endIndex...]
        }
        guard let offset = offsetSeconds(rest) else { return nil }
        return local - offset
    }

    private static func offsetSeconds(_ text: ArraySlice<UInt8>) -> Int64? {
        guard let sign = text.first else { return nil }
        let digits = text.dropFirst()
        switch sign {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return digits.isEmpty ? 0 : nil
        case UInt8(ascii: "+"): return seconds(digits)
        case UInt8(ascii: "-"): return seconds(digits).map { -$0 }
        default: return nil
        }
    }

    /// Of `hh`, `hhmm` or `hh:mm`.
    private static func seconds(_ text: ArraySlice<UInt8>) -> Int64? {
        let rest = text.dropFirst(2)
        let minuteDigits = rest.first == UInt8(ascii: ":") ? rest.dropFirst() : rest
        guard text.count >= 2, let hours = number(text.prefix(2)), hours <= 23 else { return nil }
        guard !rest.isEmpty else { return Int64(hours * 3_600) }
        guard minuteDigits.count == 2, let minutes = number(minuteDigits), minutes <= 59 else { return nil }
        return Int64(hours * 3_600 + minutes * 60)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
}

import SyncCore

/// A user as the reference reader understands the five fields.
struct ReferenceUser {
    var id: Int64
    var userName: [UInt8]
    var email: [UInt8]
    var createdAt: Int64
    var deleted: Bool

    struct Refusal: Error {
        var reason: Reject.Reason
        /// The name that the record has all the same.
        var userName: [UInt8]?
    }

    static func make(from object: ReferenceValue) -> Result<ReferenceUser, Refusal> {
        guard case .object(let members) = object else { return .failure(Refusal(reason: .invalidJSON)) }
        func last(_ name: String) -> ReferenceValue? {
            members.last { $0.key == name.unicodeScalars.map(\.value) }?.value
        }
        func refuse(_ reason: Reject.Reason) -> Result<ReferenceUser, Refusal> {
            var refusal = Refusal(reason: reason)
            if case .string(let units)? = last("userName"), let text = storable(units),
                (1...255).contains(text.unicodeScalars.count)
            {
                refusal.userName = Array(text.utf8)
            }
            return .failure(refusal)
        }

        // All types first, in order; then what the texts say.
        guard let id = last("id") else { return refuse(.missingField) }
        guard case .number(let literal) = id, let number = Int64(literal) else { return refuse(.invalidID) }
        guard let userName = last("userName") else { return refuse(.missingField) }
        guard case .string(let name) = userName else { return refuse(.invalidUserName) }
        guard let email = last("email") else { return refuse(.missingField) }
        guard case .string(let address) = email else { return refuse(.invalidEmail) }
        guard let createdAt = last("createdAt") else { return refuse(.missingField) }
        guard case .string(let time) = createdAt else { return refuse(.invalidCreatedAt) }
        guard let deleted = last("deleted") else { return refuse(.missingField) }
        guard case .bool(let isDeleted) = deleted else { return refuse(.invalidDeleted) }

        guard let nameText = storable(name) else { return refuse(.unstorableText) }
        guard (1...255).contains(nameText.unicodeScalars.count) else { return refuse(.invalidUserName) }
        guard let addressText = storable(address) else { return refuse(.unstorableText) }
        guard let timeText = storable(time), let microseconds = ReferenceTime.microseconds(timeText) else {
            return refuse(.invalidCreatedAt)
        }
        return .success(
            ReferenceUser(
                id: number, userName: Array(nameText.utf8), email: Array(addressText.utf8), createdAt: microseconds,
                deleted: isDeleted))
    }

    private static func storable(_ units: [UInt32]) -> String? {
        var text = ""
        for unit in units {
            guard unit != 0, let scalar = Unicode.Scalar(unit) else { return nil }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}

/// RFC 3339 by looking at the text, and the calendar by counting years and months.
package enum ReferenceTime {
    package static func microseconds(_ text: String) -> Int64? {
        let characters = Array(text.unicodeScalars)
        guard characters.count >= 20 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= characters.count else { return nil }
            let digits = characters[range]
            guard digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int64($1.value - 48) }
        }
        guard let year = number(0..<4), characters[4] == "-", let month = number(5..<7), characters[7] == "-",
            let day = number(8..<10), "Tt".unicodeScalars.contains(characters[10]), let hour = number(11..<13),
            characters[13] == ":", let minute = number(14..<16), characters[16] == ":", let second = number(17..<19)
        else { return nil }
        var rest = characters[19...]
        var fraction = ""
        if rest.first == "." {
            rest = rest.dropFirst()
            while let digit = rest.first, ("0"..."9").contains(digit) {
                fraction.unicodeScalars.append(digit)
                rest = rest.dropFirst()
            }
            guard (1...9).contains(fraction.count) else { return nil }
        }
        var offsetMinutes: Int64 = 0
        if rest.count == 1, let zone = rest.first, "Zz".unicodeScalars.contains(zone) {
            offsetMinutes = 0
        } else {
            guard rest.count == 6, let sign = rest.first, "+-".unicodeScalars.contains(sign),
                let hours = number(rest.startIndex + 1..<rest.startIndex + 3), rest[rest.startIndex + 3] == ":",
                let minutes = number(rest.startIndex + 4..<rest.startIndex + 6), hours < 24, minutes < 60
            else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
        }
        guard (1...12).contains(month), day >= 1, day <= lengths(year)[Int(month) - 1], hour < 24, minute < 60,
            second <= 60
        else { return nil }

        let minutes =
            (days(year) + lengths(year).prefix(Int(month) - 1).reduce(0, +) + day - 1) * 1440
            + hour * 60 + minute - offsetMinutes
        if second == 60 {
            // The minute must be the last one of a June or a December, in UTC.
            let ends = [year - 1, year, year + 1].flatMap { [days($0) + lengths($0)[0..<6].reduce(0, +), days($0)] }
            guard ends.contains(where: { $0 * 1440 - 1 == minutes }) else { return nil }
        }
        let padded = (fraction + "00000").prefix(6)
        // An offset can lead out of the four-digit years, which RFC 3339 and PostgreSQL's text form end with.
        guard (days(0) * 1440..<days(10_000) * 1440).contains(minutes) else { return nil }
        return (minutes * 60 + second) * 1_000_000 + (Int64(padded) ?? 0)
    }

    private static func lengths(_ year: Int64) -> [Int64] {
        let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    /// Days from 1970-01-01 to the first day of `year`, counted year by year.
    private static func days(_ year: Int64) -> Int64 {
        // 146 097 days make 400 years, whichever.
        var from: Int64 = 1970
        var days: Int64 = 0
        while from - 400 >= year {
            from -= 400
            days -= 146_097
        }
        while from + 400 <= year {
            from += 400
            days += 146_097
        }
        while from > year {
            from -= 1
            days -= lengths(from).reduce(0, +)
        }
        while from < year {
            days += lengths(from).reduce(0, +)
            from += 1
        }
        return days
    }
}

import Foundation
import SigV4
import Testing

@Suite("SigV4: signing dates")
struct SigningDateTests {
    @Test(
        "SigV4: known moments have their timestamp",
        arguments: [
            (1_440_938_160, "20150830T123600Z"),
            (0, "19700101T000000Z"),
            (-1, "19691231T235959Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (951_868_800, "20000301T000000Z"),
            (1_709_164_800, "20240229T000000Z"),
            (1_709_251_199, "20240229T235959Z"),
            (4_107_542_399, "21000228T235959Z"),
            (4_107_542_400, "21000301T000000Z"),
            (4_102_444_799, "20991231T235959Z"),
            (2_147_483_648, "20380119T031408Z"),
            (253_402_300_799, "99991231T235959Z"),
            (-62_167_219_200, "00000101T000000Z"),
        ] as [(Int64, String)])
    func formats(unixSeconds: Int64, timestamp: String) {
        let date = SigningDate(unixSeconds: unixSeconds)
        #expect(date.timestamp == timestamp)
        #expect(date.day == String(timestamp.prefix(8)))
    }

    @Test("SigV4: every day of 400 years follows the one before it in the calendar")
    func walksAWholeEra() {
        var year = 1900
        var month = 1
        var day = 1
        for number in 0..<146_097 {
            let date = SigningDate(unixSeconds: (Int64(number) - 25_567) * 86_400 + 43_200)
            let expected = year * 10_000 + month * 100 + day
            guard date.day == String(expected) else {
                Issue.record("\(date.day) in place of \(expected)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
        #expect((year, month, day) == (2300, 1, 1))
    }

    @Test("SigV4: a date outside four-digit years is refused and stops nothing")
    func refusesFarDates() throws {
        let last = SigningDate(unixSeconds: 253_402_300_799)
        #expect(throws: Never.self) { try Example.sign(date: last) }
        for seconds in [253_402_300_800, -62_167_219_201, .max, .min] as [Int64] {
            let date = SigningDate(unixSeconds: seconds)
            #expect(!date.timestamp.isEmpty)
            let error = #expect(throws: SigningError.self) { try Example.sign(date: date) }
            #expect(error?.code == .dateOutOfRange)
        }
    }
}

import Fuzzing
import SyncCore
import TestSupport
import Testing

@Suite("RFC 3339")
struct RFC3339Tests {
    private static func microseconds(_ text: String) -> Int64? {
        Array(text.utf8).withUnsafeBufferPointer { RFC3339.microseconds($0) }
    }

    @Test(
        "date-times become microseconds since 1970",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999999Z", -1),
            ("2023-04-05T06:07:08.000Z", 1_680_674_828_000_000),
            ("2023-04-05T06:07:08.1Z", 1_680_674_828_100_000),
            ("2023-04-05T06:07:08.123456789Z", 1_680_674_828_123_456),
            ("2023-04-05T06:07:08.9999999Z", 1_680_674_828_999_999), ("2023-04-05t06:07:08z", 1_680_674_828_000_000),
            ("2023-04-05T08:07:08+02:00", 1_680_674_828_000_000), ("2023-04-05T06:07:08-00:00", 1_680_674_828_000_000),
            ("2023-04-04T06:08:08-23:59", 1_680_674_828_000_000), ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
            ("0000-02-29T00:00:00Z", -62_162_121_600_000_000), ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000), ("1998-12-31T15:59:60.25-08:00", 915_148_800_250_000),
            ("2015-07-01T01:59:60+02:00", 1_435_708_800_000_000),
        ] as [(String, Int64)])
    func sound(text: String, expected: Int64) {
        #expect(Self.microseconds(text) == expected)
        #expect(ReferenceTime.microseconds(text) == expected)
    }

    @Test("what is read is written again, to the millisecond, in every year")
    func written() {
        var generator = SeededGenerator(seed: 3)
        let ends = [
            RFC3339.range.lowerBound, RFC3339.range.upperBound, 0, -1, -62_135_596_800_000_000, -14_831_769_600_000_001,
        ]
        for microseconds in ends + (0..<5000).map({ _ in Int64.random(in: RFC3339.range, using: &generator) }) {
            let text = RFC3339.text(microseconds) ?? ""
            let remainder = microseconds % 1000
            #expect(text.utf8.count == 24)
            #expect(Self.microseconds(text) == microseconds - (remainder < 0 ? remainder + 1000 : remainder), "\(text)")
        }
        #expect(RFC3339.text(-62_135_596_800_000_000) == "0001-01-01T00:00:00.000Z")
        #expect(RFC3339.text(RFC3339.range.upperBound) == "9999-12-31T23:59:59.999Z")
        for outside in [RFC3339.range.lowerBound - 1, RFC3339.range.upperBound + 1, .min, .max] {
            #expect(RFC3339.text(outside) == nil)
        }
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "2023", "2023-04-05", "2023-04-05T06:07:08", "2023-04-05T06:07Z", "2023-04-05 06:07:08Z",
            "2023-04-05T06:07:08,5Z",
            "2023-04-05T06:07:08.Z", "2023-04-05T06:07:08.1234567890Z", "2023-04-05T24:00:00Z", "2023-04-05T06:60:08Z",
            "2023-04-05T06:07:61Z", "2023-04-05T06:07:60Z", "2016-12-31T22:59:60Z", "2016-12-31T23:59:60+01:00",
            "2016-11-30T23:59:60Z", "2023-00-05T06:07:08Z", "2023-13-05T06:07:08Z", "2023-04-00T06:07:08Z",
            "2023-04-31T06:07:08Z",
            "2023-02-29T06:07:08Z", "1900-02-29T06:07:08Z", "2100-02-29T06:07:08Z", "2023-04-05T06:07:08+02",
            "2023-04-05T06:07:08+0200",
            "2023-04-05T06:07:08+24:00", "2023-04-05T06:07:08+02:60", "2023-04-05T06:07:08ZZ", "2023-04-05T06:07:08 Z",
            " 2023-04-05T06:07:08Z", "2023-04-05T06:07:08Z ", "+2023-04-05T06:07:08Z", "12023-04-05T06:07:08Z",
            "2023-4-05T06:07:08Z",
            "2023/04/05T06:07:08Z", "2023-04-05T06.07.08Z", "2023-04-05T0é:07:08Z", "20２3-04-05T06:07:08Z",
            "2023-04-05T06:07:08\u{2212}02:00",
            "2023-04-05T06:07:0:Z", "2023-04-05T06:07:08.123456789+00:000",
        ])
    func refused(text: String) {
        #expect(Self.microseconds(text) == nil)
        #expect(ReferenceTime.microseconds(text) == nil)
    }

    @Test("every day of ten thousand years has its number")
    func calendar() {
        var day: Int64 = -719_528
        for year in 0...9_999 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                // First and last day of each month; the day after the last is no date.
                for (date, expected) in [(1, day), (length, day + Int64(length) - 1), (length + 1, nil)] {
                    let text = Self.padded(year, 4) + "-" + Self.padded(month + 1, 2) + "-" + Self.padded(date, 2)
                    let found = Self.microseconds(text + "T00:00:00Z")
                    if found != expected.map({ $0 * 86_400_000_000 }) { Issue.record("\(text)") }
                }
                day += Int64(length)
            }
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: width - digits.count) + digits
    }

    @Test("every other byte in the place of any byte gives what the reference says")
    func corruptions() {
        for text in ["2023-04-05T06:07:08.009Z", "2016-12-31T23:59:60+00:00", "1970-02-28T00:00:00.123456789-11:30"] {
            for index in text.utf8.indices {
                for byte in UInt8(0)..<0x80 {
                    var bytes = Array(text.utf8)
                    bytes[text.utf8.distance(from: text.startIndex, to: index)] = byte
                    let found = bytes.withUnsafeBufferPointer { RFC3339.microseconds($0) }
                    let expected = ReferenceTime.microseconds(String(decoding: bytes, as: UTF8.self))
                    if found != expected { Issue.record("\(Excerpt.printable(bytes, isCut: false))") }
                }
            }
        }
    }
}

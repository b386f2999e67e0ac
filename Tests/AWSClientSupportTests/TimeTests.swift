import AWSClientSupport
import Testing

@Suite("Dates from outside")
struct TimeTests {
    @Test(
        "HTTP dates",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Wed, 31 Dec 2098 12:00:00 GMT", 4_070_865_600),
        ] as [(String, Int64)])
    func http(text: String, seconds: Int64) {
        #expect(HTTPDate.unixSeconds(text) == seconds)
    }

    @Test(
        "what is no HTTP date gives nothing",
        arguments: [
            "", "now", "Sun, 06 Nov 1994 08:49:37", "Thu, 30 Feb 2024 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 PST", "Sunday, 06-Nov-94 08:49:37 PST",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
            "a b c d e f g h",
        ])
    func badHTTP(text: String) {
        #expect(HTTPDate.unixSeconds(text) == nil)
    }

    @Test(
        "dates of credentials",
        arguments: [
            ("2026-08-30T12:36:00Z", 1_788_093_360), ("2026-08-30T12:36:00.123456Z", 1_788_093_360),
            ("2026-08-30T14:36:00+02:00", 1_788_093_360), ("2026-08-30T07:06:00-05:30", 1_788_093_360),
            ("2026-08-30 12:36:00+00:00", 1_788_093_360), ("2026-08-30T12:36:00.5+0000", 1_788_093_360),
            ("2026-08-30t07:36:00-05", 1_788_093_360), ("2026-08-30 12:36:00z", 1_788_093_360),
        ] as [(String, Int64)])
    func iso8601(text: String, seconds: Int64) {
        #expect(ISO8601Date.unixSeconds(text) == seconds)
    }

    @Test(
        "what is no such date gives nothing",
        arguments: [
            "", "2026-08-30", "2026-08-30T12:36:00", "2026-13-30T12:36:00Z", "2026-08-30T12:36:00.Z",
            "2026-08-30T12:36:00+25:00", "2026-08-30T12:36:00+", "2026-08-30T12:36:00+1", "2026-08-30T12:36:00+00:",
            "2026-08-30T12:36:00+000", "2026-08-30T12:36:00+00000", "2026-08-30T12:36:00ZZ", "2026-08-30_12:36:00Z",
            "éééééééééééééé",
        ])
    func badISO8601(text: String) {
        #expect(ISO8601Date.unixSeconds(text) == nil)
    }

    @Test("a clock is corrected when it is minutes off, and left alone for less")
    func skew() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        #expect(
            ClockSkew.correction(dateHeader: date, signedAt: 784_111_777 - 3_600, now: 784_111_777 - 3_599) == 3_599)
        #expect(
            ClockSkew.correction(dateHeader: date, signedAt: 784_111_777 + 3_600, now: 784_111_777 + 3_600) == -3_600)
        #expect(ClockSkew.correction(dateHeader: date, signedAt: 784_111_777 - 200, now: 784_111_777 - 200) == nil)
        #expect(ClockSkew.correction(dateHeader: nil, signedAt: 0, now: 0) == nil)
    }
}

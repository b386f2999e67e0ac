import SyncCore
import Testing

@Suite("What a column keeps of a time")
struct StoredTimeTests {
    @Test("a time is cut to the digits of its column, never rounded, on either side of 1970", arguments: 0...6)
    func cut(digits: Int) {
        let unit = StoredTime.unit(digits: digits)
        for time: Int64 in [
            0, 1, -1, 999_999, -999_999, 1_714_557_600_123_789, -1_714_557_600_123_789, RFC3339.range.lowerBound,
        ] {
            let kept = StoredTime.cut(time, to: unit)
            #expect(kept % unit == 0 && kept <= time && time - kept < unit)
            #expect(StoredTime.cut(kept, to: unit) == kept)
        }
        #expect(digits < 6 || unit == 1)
    }

    @Test("a column without a number of digits keeps all six")
    func all() {
        #expect(StoredTime.unit(digits: nil) == 1)
        #expect(StoredTime.cut(1_714_557_600_123_789, to: 1) == 1_714_557_600_123_789)
    }
}

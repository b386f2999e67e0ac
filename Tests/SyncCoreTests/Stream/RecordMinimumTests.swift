import SyncCore
import Testing

@Suite("Record minimum")
struct RecordMinimumTests {
    @Test("one record below the share is too few, the share itself is enough")
    func limit() {
        let minimum = RecordMinimum(percent: 80, expected: 1_000_000)
        #expect(minimum.shortage(of: 800_000) == nil)
        #expect(minimum.shortage(of: 799_999) != nil)
        #expect(RecordMinimum(percent: 100, expected: 3).shortage(of: 2) != nil)
    }

    @Test("without a sync before, or with a share of 0, any number will do", arguments: [nil, 0, 50])
    func none(expected: Int?) {
        #expect(RecordMinimum(percent: 0, expected: expected).shortage(of: 0) == nil)
        if expected != 50 { #expect(RecordMinimum(percent: 80, expected: expected).shortage(of: 0) == nil) }
        #expect(RecordMinimum.none.shortage(of: 0) == nil)
    }

    @Test("two readings agree when they differ by one in a hundred or less")
    func agreement() {
        for (first, second, agrees) in [
            (500, 500, true), (500, 495, true), (495, 500, true), (500, 494, false), (1, 2, false), (0, 0, true),
            (0, 1, false),
        ] {
            var minimum = RecordMinimum(percent: 80, expected: 1000)
            #expect(minimum.judge(first) == .readAgain)
            #expect(minimum.judge(second) == (agrees ? .tooFew : .readAgain), "\(first), \(second)")
            #expect(minimum.shortage?.records == (agrees ? second : nil))
        }
    }

    @Test("a reading that holds enough takes a shortage back, and a third one that agrees confirms it")
    func sequence() {
        var minimum = RecordMinimum(percent: 80, expected: 1000)
        #expect(minimum.judge(100) == .readAgain)
        #expect(minimum.judge(100) == .tooFew)
        #expect(minimum.judge(100) == .tooFew)
        #expect(minimum.judge(900) == .enough)
        #expect(minimum.shortage == nil)
        #expect(minimum.judge(100) == .readAgain)
    }
}

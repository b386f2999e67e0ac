/// Judges whether a complete stream holds enough records, by what the last completed sync received.
///
/// A source that lost most of its data, or a proxy that ends a body early, can send a stream that is sound in itself. So a
/// stream with too few records counts as cut and is read once more. When two readings in a row agree, that is what the source has,
/// and a person must say whether it is right.
package struct RecordMinimum: Sendable {
    /// The judgement on a complete stream.
    package enum Verdict: Sendable, Equatable {
        case enough
        /// Too few, for the first time or other than the time before.
        case readAgain
        /// Too few, and about as many as the time before.
        case tooFew
    }

    /// Too few records came, as two readings say.
    package struct Shortage: Sendable, Equatable, CustomStringConvertible {
        package let records: Int
        /// What the last completed sync received.
        package let expected: Int
        package let percent: Int

        package init(records: Int, expected: Int, percent: Int) {
            self.records = records
            self.expected = expected
            self.percent = percent
        }

        package var description: String {
            "the source sent \(records) records, and the last completed sync received \(expected): fewer than "
                + "SYNC_MINIMUM_PERCENT=\(percent) allows"
        }
    }

    /// The share of the last completed sync's records that must come, in percent; 0: any number will do.
    package let percent: Int
    /// What the last completed sync received; nil when no sync has ever completed.
    package let expected: Int?
    /// What the latest reading held, when it was too little.
    private var tooFew: Int?
    /// What two readings agreed upon.
    package private(set) var shortage: Shortage?

    /// - Parameters:
    ///   - percent: 0 to 100.
    ///   - expected: the records of the last completed sync; nil, or 0, when there is nothing to compare with.
    package init(percent: Int, expected: Int?) {
        self.percent = percent
        self.expected = expected.flatMap { $0 > 0 ? $0 : nil }
    }

    /// A minimum that any stream reaches.
    package static let none = RecordMinimum(percent: 0, expected: nil)

    /// What is wrong with this number of records; nil: nothing.
    package func shortage(of records: Int) -> Shortage? {
        guard let expected, records * 100 < percent * expected else { return nil }
        return Shortage(records: records, expected: expected, percent: percent)
    }

    /// Takes the number of records of a complete stream.
    package mutating func judge(_ records: Int) -> Verdict {
        guard let found = shortage(of: records) else {
            (tooFew, shortage) = (nil, nil)
            return .enough
        }
        defer { tooFew = records }
        guard let tooFew, abs(tooFew - records) * 100 <= max(tooFew, records) else { return .readAgain }
        shortage = found
        return .tooFew
    }
}

/// What a column keeps of a time.
///
/// A `timestamp(3)` of another program rounds what is finer. A row that was rounded up would be newer than its own record, and nothing of
/// the source would reach it again. One that was rounded down would be older, and be written by every sync. So a time is cut before it is
/// compared or sent, and the column then keeps it as it is.
package enum StoredTime {
    /// Microseconds per step of a column.
    /// - Parameter digits: of a second, as they stand behind the type; nil for none, which means six.
    package static func unit(digits: Int?) -> Int64 {
        guard let digits, (0..<6).contains(digits) else { return 1 }
        return (digits..<6).reduce(1) { unit, _ in unit * 10 }
    }

    /// The last step that is not after the time.
    package static func cut(_ microseconds: Int64, to unit: Int64) -> Int64 {
        let rest = microseconds % unit
        return microseconds - (rest < 0 ? rest + unit : rest)
    }
}

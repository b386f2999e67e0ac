/// PostgreSQL's binary timestamps count microseconds from 2000-01-01 00:00:00 UTC.
///
/// See `POSTGRES_EPOCH_JDATE` in PostgreSQL's `src/include/datatype/timestamp.h`.
enum PostgresTimestamp {
    /// Microseconds from the Unix epoch to PostgreSQL's.
    static let epochOffset: Int64 = 946_684_800_000_000

    /// The wire form of a time. A time too early for 64 bits becomes one that the server refuses as out of range.
    static func wire(microsecondsSinceUnixEpoch microseconds: Int64) -> Int64 {
        let (value, overflow) = microseconds.subtractingReportingOverflow(epochOffset)
        // Int64.min itself means -infinity on the wire.
        return overflow || value == .min ? .min + 1 : value
    }

    /// The time of a wire form, or nil for ±infinity and for what does not fit 64 bits.
    static func microsecondsSinceUnixEpoch(wire: Int64) -> Int64? {
        guard wire != .min, wire != .max else { return nil }
        let (value, overflow) = wire.addingReportingOverflow(epochOffset)
        return overflow ? nil : value
    }
}

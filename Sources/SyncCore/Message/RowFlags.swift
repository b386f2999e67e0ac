/// What a user line says of its user in one digit.
struct RowFlags: OptionSet {
    let rawValue: UInt8

    /// The legacy system has marked the user as deleted.
    static let deleted = RowFlags(rawValue: 1)

    /// The sender knows of no such user in the table, and has sent none before: the row can be inserted without looking it up.
    ///
    /// A hint, not a promise: another program may have inserted the user since, and a batch may be replayed late.
    static let new = RowFlags(rawValue: 2)

    /// All flags that a version of the format knows.
    static func known(inVersion version: Int) -> RowFlags { version == 1 ? .deleted : [.deleted, .new] }
}

/// One row of the users table: a view into the reader's bytes, valid only during the call that hands it over.
///
/// A table that was taken over from an earlier service may hold NULL where this one never writes it. Such a row equals no
/// record of the stream.
package struct TableUser {
    /// The row as a record. NULL reads as zero, as an empty text, and as false.
    package let user: UserRecord
    /// Whether a field is NULL.
    package let hasNull: Bool

    package init(_ user: UserRecord, hasNull: Bool = false) {
        self.user = user
        self.hasNull = hasNull
    }

    package var userName: UnsafeRawBufferPointer { user.userName }

    /// The creation time; nil when the row has NULL anywhere, so that nothing can be concluded from it.
    package var createdAt: Int64? { hasNull ? nil : user.createdAt }

    /// The digest of what is compared; zero for a row with NULL.
    func content(_ hasher: UserHasher) -> UInt64 { hasNull ? 0 : hasher.content(of: user) }

    /// What an index keeps as the creation time: for a row with NULL before all others, so that any record is newer.
    var comparableCreatedAt: Int64 { createdAt ?? .min }

    /// Whether the row is as the index knows it.
    func matches(createdAt: Int64, content: UInt64, _ hasher: UserHasher) -> Bool {
        UserIndex.kept(comparableCreatedAt) == createdAt && self.content(hasher) == content
    }
}

extension UserIndex {
    /// Adds a row of the table.
    package mutating func insert(_ row: TableUser, _ hasher: UserHasher) throws(IndexPlaceError) {
        try insert(
            hasher.name(row.userName), createdAt: row.comparableCreatedAt, content: row.content(hasher),
            marks: row.user.deleted ? .deleted : [])
    }
}

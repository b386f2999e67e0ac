/// One row of the users table: a view into the reader's bytes, valid only during the call that hands it over.
///
/// A table that was taken over from an earlier service may hold NULL where this one never writes it. Such a row equals no
/// record of the stream.
package struct TableUser {
    package let userName: UnsafeRawBufferPointer
    package let legacyID: Int64?
    package let email: UnsafeRawBufferPointer?
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let createdAt: Int64?
    package let deleted: Bool?

    package init(
        userName: UnsafeRawBufferPointer, legacyID: Int64?, email: UnsafeRawBufferPointer?, createdAt: Int64?,
        deleted: Bool?
    ) {
        self.userName = userName
        self.legacyID = legacyID
        self.email = email
        self.createdAt = createdAt
        self.deleted = deleted
    }

    /// The digest of what is compared; nil when a value is NULL.
    func content(_ hasher: UserHasher) -> UInt64? {
        guard let legacyID, let email, let createdAt, let deleted else { return nil }
        return hasher.content(
            userName: userName, legacyID: legacyID, email: email, createdAt: createdAt, deleted: deleted)
    }

    /// What an index keeps as the creation time: for a row with a NULL one before all others, so that any record is newer.
    var comparableCreatedAt: Int64 {
        guard legacyID != nil, email != nil, deleted != nil else { return .min }
        return createdAt ?? .min
    }

    /// Whether the row is as the index knows it.
    func matches(createdAt: Int64, content: UInt64, _ hasher: UserHasher) -> Bool {
        UserIndex.kept(comparableCreatedAt) == createdAt && (self.content(hasher) ?? 0) == content
    }
}

extension UserIndex {
    /// Adds a row of the table.
    package mutating func insert(_ row: TableUser, _ hasher: UserHasher) {
        insert(
            hasher.name(row.userName), createdAt: row.comparableCreatedAt, content: row.content(hasher) ?? 0,
            marks: row.deleted == true ? .deleted : [])
    }
}

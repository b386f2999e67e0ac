/// One user read from the legacy stream: a view into the reader's bytes, not a copy of them.
///
/// `userName` and `email` point into memory that is only valid during the call that hands the record over. Whoever
/// wants to keep a user copies its bytes before returning. The type holds pointers, so it is not `Sendable`.
package struct UserRecord {
    /// The user's identifier in the legacy system.
    package let legacyID: Int64
    /// The user's unique name: UTF-8, 1 to 255 Unicode scalars, without NUL.
    package let userName: UnsafeRawBufferPointer
    /// The user's address: UTF-8, without NUL, possibly empty.
    package let email: UnsafeRawBufferPointer
    /// When the legacy system created the user, in microseconds since 1970-01-01T00:00:00Z.
    package let createdAt: Int64
    /// Whether the legacy system has marked the user as deleted.
    package let deleted: Bool
    /// Where the record begins: bytes from the start of the decoded body, counted from 0.
    package let offset: Int64

    @inlinable
    package init(
        legacyID: Int64,
        userName: UnsafeRawBufferPointer,
        email: UnsafeRawBufferPointer,
        createdAt: Int64,
        deleted: Bool,
        offset: Int64 = 0
    ) {
        self.legacyID = legacyID
        self.userName = userName
        self.email = email
        self.createdAt = createdAt
        self.deleted = deleted
        self.offset = offset
    }
}

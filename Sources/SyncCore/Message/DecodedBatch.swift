/// A message that was read whole and found sound: its header, and its users column by column.
///
/// Users are numbered from 0 in the order of the message, which is the order of the stream.
package struct DecodedBatch: Sendable {
    /// What the header line said; `header.users` equals ``count``.
    package let header: MessageHeader
    /// Each user's identifier in the legacy system.
    package let legacyIDs: [Int64]
    /// Each user's creation time, in microseconds since 1970-01-01T00:00:00Z.
    package let createdAts: [Int64]
    /// Whether each user is marked as deleted.
    package let deleted: [Bool]
    /// Whether the sender knew of no such user in the table and had sent none before. A hint, not a promise.
    package let presumedNew: [Bool]

    /// All texts, unescaped: the first user's name and email, then the second's, and so on.
    @usableFromInline let texts: [UInt8]
    /// Where each text ends in `texts`: at `2 * user` for a name, at `2 * user + 1` for an email.
    @usableFromInline let textEnds: [UInt32]

    init(
        header: MessageHeader,
        legacyIDs: [Int64],
        createdAts: [Int64],
        deleted: [Bool],
        presumedNew: [Bool],
        texts: [UInt8],
        textEnds: [UInt32]
    ) {
        self.header = header
        self.legacyIDs = legacyIDs
        self.createdAts = createdAts
        self.deleted = deleted
        self.presumedNew = presumedNew
        self.texts = texts
        self.textEnds = textEnds
    }

    /// The number of users, at least 1.
    package var count: Int { legacyIDs.count }

    /// Hands the UTF-8 bytes of a user's name to `body`; they are valid during the call only.
    @inlinable
    package func withUserName<Result, Failure: Error>(
        at user: Int,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withText(at: 2 * user, body)
    }

    /// Hands the UTF-8 bytes of a user's email to `body`; they are valid during the call only.
    @inlinable
    package func withEmail<Result, Failure: Error>(
        at user: Int,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withText(at: 2 * user + 1, body)
    }

    @inlinable
    @inline(__always)
    func withText<Result, Failure: Error>(
        at index: Int,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = index == 0 ? 0 : Int(textEnds[index - 1])
        let end = Int(textEnds[index])
        return try texts.withUnsafeBufferPointer { (bytes) throws(Failure) -> Result in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[start..<end])))
        }
    }
}

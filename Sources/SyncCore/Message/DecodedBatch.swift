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
    /// The values of the header's extra columns.
    package let extras: ExtraValues

    /// All texts, unescaped: the first user's name and email, then the second's, and so on.
    @usableFromInline let texts: [UInt8]
    /// Where each text ends in `texts`: for each user those of ``UserField/texts``, in their order.
    @usableFromInline let textEnds: [UInt32]

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

// MARK: - By field

extension DecodedBatch {
    /// The values of one field, user by user.
    package enum Column {
        case integers([Int64])
        case timestamps([Int64])
        case booleans([Bool])
        /// Texts, to be read with ``DecodedBatch/withText(_:of:_:)``; the number is the text's place in a line.
        case texts(Int)
    }

    /// The values of a field.
    package func column(of field: UserField) -> Column {
        switch field {
        case .legacyID: .integers(legacyIDs)
        case .createdAt: .timestamps(createdAts)
        case .deleted: .booleans(deleted)
        default: .texts(UserField.texts.firstIndex(of: field) ?? 0)
        }
    }

    /// Hands the UTF-8 bytes of one of a user's texts to `body`; they are valid during the call only.
    @inlinable
    package func withText<Result, Failure: Error>(
        _ place: Int, of user: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withText(at: 2 * user + place, body)
    }
}

// MARK: - Reading

extension DecodedBatch {
    /// Reads the lines that follow a header.
    init(_ header: MessageHeader, readingFrom reader: inout MessageReader) throws(MessageError) {
        let users = header.users
        // Not more than can stand in what is left, whatever the header says: a body that announces more fails at the
        // row after those at the latest.
        let capacity = min(users, reader.remaining / MessageFormat.shortestRowBytes + 1)
        var legacyIDs = [Int64](repeating: 0, count: capacity)
        var createdAts = [Int64](repeating: 0, count: capacity)
        var deleted = [Bool](repeating: false, count: capacity)
        var presumedNew = [Bool](repeating: false, count: capacity)
        var textEnds = [UInt32](repeating: 0, count: 2 * capacity)
        var extras = ExtraValues(header.extraColumns)
        let emailEnd = header.extraColumns.isEmpty ? FormatByte.lineFeed : FormatByte.tab
        var failure: MessageError?
        // A text is never longer than what it was read from.
        let texts = [UInt8](unsafeUninitializedCapacity: reader.remaining + MessageReader.slack) { buffer, count in
            var output = TextOutput(buffer)
            do throws(MessageError) {
                for row in 0..<users {
                    try reader.startRow(row, announced: users)
                    legacyIDs[row] = try reader.readNumber(endingWith: FormatByte.tab)
                    createdAts[row] = try reader.readCreatedAt()
                    let flags = try reader.readFlags()
                    deleted[row] = flags.contains(.deleted)
                    presumedNew[row] = flags.contains(.new)
                    textEnds[2 * row] = try reader.readUserName(into: &output)
                    textEnds[2 * row + 1] = try reader.readText(endingWith: emailEnd, into: &output)
                    if !extras.columns.isEmpty { try extras.readRow(from: &reader) }
                }
                try reader.finish(announced: users)
            } catch {
                failure = error
            }
            count = output.count
        }
        if let failure { throw failure }
        self.header = header
        self.legacyIDs = legacyIDs
        self.createdAts = createdAts
        self.deleted = deleted
        self.presumedNew = presumedNew
        self.extras = extras
        self.texts = texts
        self.textEnds = textEnds
    }
}

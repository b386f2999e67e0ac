/// Reads message bodies in the format that ``MessageFormat`` describes, and refuses everything else.
package enum MessageDecoder {
    /// Reads a whole message.
    ///
    /// Any bytes may be given: a body that is not exactly a message of a version in ``MessageFormat/readableVersions`` is refused as
    /// a whole, and memory is bounded by a small multiple of its size, whatever its header announces.
    ///
    /// - Throws: ``MessageError``, which says what is wrong and where.
    package static func decode(_ body: [UInt8]) throws(MessageError) -> DecodedBatch {
        guard body.count <= Int(Int32.max) else {
            throw MessageError(.tooLarge, offset: 0, detail: "\(body.count) bytes")
        }
        return try body.withUnsafeBufferPointer { (bytes) throws(MessageError) -> DecodedBatch in
            var reader = MessageReader(UnsafeRawBufferPointer(bytes))
            let header = try reader.readHeader()
            return try decodeRows(&reader, header)
        }
    }

    private static func decodeRows(
        _ reader: inout MessageReader,
        _ header: MessageHeader
    ) throws(MessageError) -> DecodedBatch {
        let users = header.users
        // Not more than can stand in what is left, whatever the header says: a body that announces more fails at the
        // row after those at the latest.
        let capacity = min(users, reader.remaining / MessageFormat.shortestRowBytes + 1)
        var legacyIDs = [Int64](repeating: 0, count: capacity)
        var createdAts = [Int64](repeating: 0, count: capacity)
        var deleted = [Bool](repeating: false, count: capacity)
        var presumedNew = [Bool](repeating: false, count: capacity)
        var textEnds = [UInt32](repeating: 0, count: 2 * capacity)
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
                    textEnds[2 * row + 1] = try reader.readText(endingWith: FormatByte.lineFeed, into: &output)
                }
                try reader.finish(announced: users)
            } catch {
                failure = error
            }
            count = output.count
        }
        if let failure { throw failure }
        return DecodedBatch(
            header: header,
            legacyIDs: legacyIDs,
            createdAts: createdAts,
            deleted: deleted,
            presumedNew: presumedNew,
            texts: texts,
            textEnds: textEnds
        )
    }
}

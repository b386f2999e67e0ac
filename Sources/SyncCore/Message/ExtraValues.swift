/// The values of a message's extra columns, column by column; users are numbered as in their ``DecodedBatch``.
package struct ExtraValues: Sendable {
    /// One column. A place whose value is NULL holds anything.
    package struct Column: Sendable {
        package let column: ExtraColumn
        package fileprivate(set) var isNull: [Bool] = []
        package fileprivate(set) var values: Values

        /// What is in memory beside the nulls.
        package enum Values: Sendable {
            case integers([Int64])
            /// Microseconds since 1970-01-01T00:00:00Z.
            case timestamps([Int64])
            case booleans([Bool])
            /// Texts, and numbers as ``CanonicalNumber`` writes them: `ends` says where each ends in `bytes`.
            case texts(bytes: [UInt8], ends: [Int])
        }
    }

    package private(set) var columns: [Column]

    init(_ columns: [ExtraColumn]) {
        self.columns = columns.map { column in
            let none: Column.Values =
                switch column.kind {
                case .integer: .integers([])
                case .timestamp: .timestamps([])
                case .boolean: .booleans([])
                case .text, .number: .texts(bytes: [], ends: [])
                }
            return Column(column: column, values: none)
        }
    }

    /// Reads the values of the next user, up to the end of its line.
    mutating func readRow(from reader: inout MessageReader) throws(MessageError) {
        for place in columns.indices {
            let end = place == columns.count - 1 ? FormatByte.lineFeed : FormatByte.tab
            try columns[place].read(from: &reader, endingWith: end)
        }
    }
}

extension ExtraValues.Column {
    /// Hands the bytes of a text or number to `body`; they are valid during the call only.
    package func withText(of user: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard case .texts(let bytes, let ends) = values else { return }
        bytes.withUnsafeBytes { bytes in
            body(UnsafeRawBufferPointer(rebasing: bytes[(user == 0 ? 0 : ends[user - 1])..<ends[user]]))
        }
    }

    fileprivate mutating func read(
        from reader: inout MessageReader, endingWith end: UInt8
    ) throws(MessageError) {
        let isNull = try reader.readNull(endingWith: end)
        self.isNull.append(isNull)
        switch values {
        case .integers(var values):
            self.values = .integers([])
            values.append(isNull ? 0 : try reader.readNumber(endingWith: end))
            self.values = .integers(values)
        case .timestamps(var values):
            self.values = .timestamps([])
            values.append(isNull ? 0 : try reader.readTime(endingWith: end))
            self.values = .timestamps(values)
        case .booleans(var values):
            self.values = .booleans([])
            values.append(isNull ? false : try reader.readBoolean(endingWith: end))
            self.values = .booleans(values)
        case .texts(var bytes, var ends):
            self.values = .texts(bytes: [], ends: [])
            if !isNull {
                if column.kind == .number {
                    try reader.readCanonicalNumber(endingWith: end, into: &bytes)
                } else {
                    try reader.readText(endingWith: end, into: &bytes)
                }
            }
            ends.append(bytes.count)
            self.values = .texts(bytes: bytes, ends: ends)
        }
    }
}

extension MessageReader {
    /// Reads `\N` and the byte that ends it; reads nothing when something else stands here.
    fileprivate mutating func readNull(endingWith end: UInt8) throws(MessageError) -> Bool {
        guard remaining >= 2, bytes[position] == FormatByte.backslash, bytes[position + 1] == FormatByte.nullLetter
        else {
            return false
        }
        guard remaining >= 3 else { throw failure(.truncated) }
        guard bytes[position + 2] == end else { throw failure(.invalidEscape) }
        position += 3
        return true
    }

    fileprivate mutating func readBoolean(endingWith end: UInt8) throws(MessageError) -> Bool {
        guard remaining >= 2 else { throw failure(.truncated) }
        let byte = bytes[position]
        guard byte == FormatByte.t || byte == FormatByte.f, bytes[position + 1] == end else {
            throw failure(.invalidFlags)
        }
        position += 2
        return byte == FormatByte.t
    }

    fileprivate mutating func readText(endingWith end: UInt8, into texts: inout [UInt8]) throws(MessageError) {
        // A text has no bare tab and no bare line feed: it ends at the next one, or the reader below says what is wrong.
        var length = 0
        while length < remaining, bytes[position + length] != FormatByte.tab,
            bytes[position + length] != FormatByte.lineFeed
        {
            length += 1
        }
        var failed: MessageError?
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length + Self.slack) { buffer in
            var output = TextOutput(buffer)
            do throws(MessageError) {
                _ = try readText(endingWith: end, into: &output)
                texts.append(contentsOf: buffer[..<output.count])
            } catch {
                failed = error
            }
        }
        if let failed { throw failed }
    }

    fileprivate mutating func readCanonicalNumber(
        endingWith end: UInt8, into texts: inout [UInt8]
    ) throws(MessageError) {
        let start = position
        var length = 0
        while length < remaining, bytes[position + length] != end { length += 1 }
        guard length < remaining else { throw failure(.truncated) }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
        let canonical = withUnsafeTemporaryAllocation(byteCount: length + CanonicalNumber.slack, alignment: 1) { room in
            guard let output = room.baseAddress, let count = CanonicalNumber.write(text, to: output) else {
                return false
            }
            return UnsafeRawBufferPointer(start: output, count: count).elementsEqual(text)
        }
        guard canonical else { throw failure(.invalidNumber) }
        texts += text
        position += length + 1
    }
}

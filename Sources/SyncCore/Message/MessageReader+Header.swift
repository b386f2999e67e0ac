extension MessageReader {
    /// Reads the header line.
    mutating func readHeader() throws(MessageError) -> MessageHeader {
        let signature = MessageFormat.signature
        let signatureBytes = UnsafeRawBufferPointer(start: signature.utf8Start, count: signature.utf8CodeUnitCount)
        guard bytes.starts(with: signatureBytes) else { throw failure(.notAMessage) }
        position = signatureBytes.count
        version = try readVersion()
        let syncID = try readHeaderNumber("sync id", from: 0...Int64.max, endingWith: FormatByte.tab)
        let number = try readHeaderNumber("batch number", from: 0...Int64.max, endingWith: FormatByte.tab)
        let lane = try readHeaderNumber("lane", from: 0...Int64(Int32.max), endingWith: FormatByte.tab)
        let hasExtras = version >= MessageFormat.versionWithExtras
        let users = try readHeaderNumber(
            "users", from: 1...Int64.max, endingWith: hasExtras ? FormatByte.tab : FormatByte.lineFeed)
        return MessageHeader(
            syncID: syncID, number: number, lane: Int(lane), users: Int(users),
            extraColumns: hasExtras ? try readExtraColumns() : [])
    }

    /// Reads the list of extra columns, up to the end of the header line.
    private mutating func readExtraColumns() throws(MessageError) -> [ExtraColumn] {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        guard let length = rest.firstIndex(of: FormatByte.lineFeed) else { throw failure(.truncated) }
        guard let columns = [ExtraColumn](headerText: UnsafeRawBufferPointer(rebasing: rest[..<length])) else {
            throw failure(.invalidHeader, detail: "the list of columns")
        }
        position += length + 1
        return columns
    }

    /// Reads the version, up to the tab that ends it in every version.
    private mutating func readVersion() throws(MessageError) -> Int {
        let start = position
        let version: Int64
        do {
            version = try readNumber(endingWith: FormatByte.tab)
        } catch {
            position = start
            throw failure(.unsupportedVersion, detail: "the version is no number")
        }
        guard let known = Int(exactly: version), MessageFormat.readableVersions.contains(known) else {
            position = start
            var error = failure(.unsupportedVersion, detail: "found version \(version)")
            if version > MessageFormat.readableVersions.upperBound { error.newerVersion = version }
            throw error
        }
        return known
    }

    /// - Parameter range: what the number's column in the ledger can hold. How many users there are is counted besides.
    private mutating func readHeaderNumber(
        _ name: StaticString,
        from range: ClosedRange<Int64>,
        endingWith end: UInt8
    ) throws(MessageError) -> Int64 {
        let start = position
        let value: Int64
        do {
            value = try readNumber(endingWith: end)
        } catch {
            guard error.code != .truncated else { throw error }
            throw failure(.invalidHeader, detail: "\(name): \(error.code.rawValue)")
        }
        guard range.contains(value) else {
            position = start
            let limit =
                value < range.lowerBound ? "at least \(range.lowerBound)" : "at most \(range.upperBound)"
            throw failure(.invalidHeader, detail: "\(name) is \(value), expected \(limit)")
        }
        return value
    }
}

extension MessageReader {
    /// Reads the header line.
    mutating func readHeader() throws(MessageError) -> MessageHeader {
        let signature = MessageFormat.signature
        let signatureBytes = UnsafeRawBufferPointer(start: signature.utf8Start, count: signature.utf8CodeUnitCount)
        guard bytes.starts(with: signatureBytes) else { throw failure(.notAMessage) }
        position = signatureBytes.count
        version = try readVersion()
        let syncID = try readHeaderNumber("sync id", atLeast: 0, endingWith: FormatByte.tab)
        let number = try readHeaderNumber("batch number", atLeast: 0, endingWith: FormatByte.tab)
        let lane = try readHeaderNumber("lane", atLeast: 0, endingWith: FormatByte.tab)
        let users = try readHeaderNumber("users", atLeast: 1, endingWith: FormatByte.lineFeed)
        return MessageHeader(syncID: syncID, number: number, lane: Int(lane), users: Int(users))
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

    private mutating func readHeaderNumber(
        _ name: StaticString,
        atLeast minimum: Int64,
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
        guard value >= minimum else {
            position = start
            throw failure(.invalidHeader, detail: "\(name) is \(value), expected at least \(minimum)")
        }
        return value
    }
}

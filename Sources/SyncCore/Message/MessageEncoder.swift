/// Writes message bodies in the format that ``MessageFormat`` describes.
///
/// The functions write into memory that the caller has reserved and allocate nothing, except ``body(header:rows:)``,
/// which makes the one array that leaves with the message.
package enum MessageEncoder {
    /// The most bytes that a header line can take, whatever its numbers, besides the list of extra columns.
    package static let longestHeaderBytes = 12 + 4 * (DecimalDigits.longest + 1)

    /// The most bytes that a header line can take with these extra columns.
    static func longestHeaderBytes(_ extraColumns: [ExtraColumn]) -> Int {
        extraColumns.isEmpty ? longestHeaderBytes : longestHeaderBytes + 1 + extraColumns.headerText.utf8.count
    }

    /// Bytes after a row that ``writeRow(_:isNew:to:)`` may touch without keeping.
    static let slack = 8

    /// An upper bound, in bytes, of what ``writeRow(_:isNew:to:)`` needs for `user`, slack included.
    @inline(__always)
    static func roomForRow(_ user: UserRecord) -> Int {
        // Two numbers, the flag, five separators, and at worst four bytes (`\xHH`) for each byte of text. Extra values have their
        // escapes already.
        2 * DecimalDigits.longest + 6 + 4 * (user.userName.count + user.email.count) + user.extras.count + slack
    }

    /// Writes one user line and returns its length in bytes.
    ///
    /// - Parameter isNew: see ``RowFlags/new``.
    ///
    /// The user's texts are UTF-8, as ``UserRecord`` promises. `output` must have room for ``roomForRow(_:)`` bytes.
    @inline(__always)
    static func writeRow(_ user: UserRecord, isNew: Bool, to output: UnsafeMutableRawPointer) -> Int {
        var end = output + DecimalDigits.write(user.legacyID, to: output)
        end.storeBytes(of: FormatByte.tab, as: UInt8.self)
        end += 1
        end += DecimalDigits.write(user.createdAt, to: end)
        // Tab, flags, tab, as one store.
        let flags = RowFlags(
            rawValue: (user.deleted ? RowFlags.deleted.rawValue : 0) | (isNew ? RowFlags.new.rawValue : 0))
        let digit = UInt32(FormatByte.zero + flags.rawValue)
        end.storeBytes(of: (0x09_00_09 | digit << 8).littleEndian, as: UInt32.self)
        end += 3
        end += writeText(user.userName, to: end)
        end.storeBytes(of: FormatByte.tab, as: UInt8.self)
        end += 1
        end += writeText(user.email, to: end)
        if let extras = user.extras.baseAddress {
            end.copyMemory(from: extras, byteCount: user.extras.count)
            end += user.extras.count
        }
        end.storeBytes(of: FormatByte.lineFeed, as: UInt8.self)
        return end + 1 - output
    }

    /// Makes a message body: the header line, then `rows` as ``writeRow(_:isNew:to:)`` wrote them.
    static func body(header: MessageHeader, rows: UnsafeRawBufferPointer) -> [UInt8] {
        let room = longestHeaderBytes(header.extraColumns) + DecimalDigits.slack
        return withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { line in
            guard let start = line.baseAddress else { return [] }  // The allocation is not empty.
            let headerBytes = writeHeader(header, to: start)
            return [UInt8](unsafeUninitializedCapacity: headerBytes + rows.count) { body, count in
                let output = UnsafeMutableRawBufferPointer(body)
                output.copyMemory(from: UnsafeRawBufferPointer(rebasing: line[..<headerBytes]))
                UnsafeMutableRawBufferPointer(rebasing: output[headerBytes...]).copyMemory(from: rows)
                count = headerBytes + rows.count
            }
        }
    }

    /// Writes the header line and returns its length in bytes.
    private static func writeHeader(_ header: MessageHeader, to output: UnsafeMutableRawPointer) -> Int {
        let signature = MessageFormat.signature
        output.copyMemory(from: signature.utf8Start, byteCount: signature.utf8CodeUnitCount)
        var end = output + signature.utf8CodeUnitCount
        let version = header.extraColumns.isEmpty ? MessageFormat.version : MessageFormat.versionWithExtras
        end += DecimalDigits.write(Int64(version), to: end)
        for number in [header.syncID, header.number, Int64(header.lane), Int64(header.users)] {
            end.storeBytes(of: FormatByte.tab, as: UInt8.self)
            end += 1
            end += DecimalDigits.write(number, to: end)
        }
        if !header.extraColumns.isEmpty {
            for byte in [FormatByte.tab] + header.extraColumns.headerText.utf8 {
                end.storeBytes(of: byte, as: UInt8.self)
                end += 1
            }
        }
        end.storeBytes(of: FormatByte.lineFeed, as: UInt8.self)
        return end + 1 - output
    }
}

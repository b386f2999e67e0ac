/// One user read from the legacy stream: a view into the reader's bytes, not a copy of them.
///
/// `userName`, `email` and `extras` point into memory that is only valid during the call that hands the record over. Code that keeps a
/// user copies its bytes before it returns (``appendCopy(to:)``). The type holds pointers, so it is not `Sendable`.
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
    /// The values of the ``ExtraFields``, as ``ExtraLine`` writes them: equal values have equal bytes. Empty without such fields.
    package let extras: UnsafeRawBufferPointer
    /// Where the record begins: bytes from the start of the decoded body, counted from 0.
    package let offset: Int64

    @inlinable
    package init(
        legacyID: Int64,
        userName: UnsafeRawBufferPointer,
        email: UnsafeRawBufferPointer,
        createdAt: Int64,
        deleted: Bool,
        extras: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        offset: Int64 = 0
    ) {
        self.legacyID = legacyID
        self.userName = userName
        self.email = email
        self.createdAt = createdAt
        self.deleted = deleted
        self.extras = extras
        self.offset = offset
    }
}

extension UserRecord {
    /// The hash of everything that a sync compares, the name included.
    @inline(__always)
    func digest(_ key: SipHash.Key) -> UInt64 {
        var state = SipHash.Narrow(key)
        state.absorb(UInt64(bitPattern: legacyID))
        state.absorb(UInt64(bitPattern: createdAt))
        // The length says where the name ends and the address begins.
        state.absorb(UInt64(truncatingIfNeeded: userName.count) << 1 | (deleted ? 1 : 0))
        state.absorbWords(of: userName)
        if extras.isEmpty { return state.finish(email) }
        // Again a length: where the address ends and the values begin.
        state.absorb(UInt64(truncatingIfNeeded: email.count))
        state.absorbWords(of: email)
        return state.finish(extras)
    }
}

// MARK: - Copies

extension UserRecord {
    private static let headBytes = 8 + 8 + 8 + 1 + 4 + 4 + 4

    /// What a copy takes, in bytes.
    var copyByteCount: Int { Self.headBytes + userName.count + email.count + extras.count }

    /// Appends a copy that ``init(copyIn:at:)`` reads back.
    func appendCopy(to bytes: inout [UInt8]) {
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
        }
        append(legacyID)
        append(createdAt)
        append(offset)
        bytes.append(deleted ? 1 : 0)
        append(Int32(userName.count))
        append(Int32(email.count))
        append(Int32(extras.count))
        bytes.append(contentsOf: userName)
        bytes.append(contentsOf: email)
        bytes.append(contentsOf: extras)
    }

    /// Reads a copy; the record points into `bytes`.
    init(copyIn bytes: UnsafeRawBufferPointer, at start: Int) {
        func number<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Value.Type) -> Value {
            bytes.loadUnaligned(fromByteOffset: start + offset, as: Value.self)
        }
        let nameStart = start + Self.headBytes
        let emailStart = nameStart + Int(number(25, Int32.self))
        let extrasStart = emailStart + Int(number(29, Int32.self))
        let end = extrasStart + Int(number(33, Int32.self))
        self.init(
            legacyID: number(0, Int64.self),
            userName: UnsafeRawBufferPointer(rebasing: bytes[nameStart..<emailStart]),
            email: UnsafeRawBufferPointer(rebasing: bytes[emailStart..<extrasStart]),
            createdAt: number(8, Int64.self), deleted: bytes[start + 24] == 1,
            extras: UnsafeRawBufferPointer(rebasing: bytes[extrasStart..<end]), offset: number(16, Int64.self))
    }
}

/// Users that wait for the end of the stream, at most one for each slot of the index, in bounded memory.
struct HeldUsers {
    private let maximumBytes: Int
    private var bytes: [UInt8] = []
    /// Where each user's bytes begin.
    private var starts: [UserIndex.Slot: Int] = [:]
    /// Bytes of users that were replaced or dropped.
    private var wasted = 0

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    var count: Int { starts.count }

    /// Keeps a copy of a user, in place of the one that is kept for the same slot.
    /// - Returns: false when there is no room for it; what was kept is still kept then.
    mutating func hold(_ user: UserRecord, for slot: UserIndex.Slot) -> Bool {
        let needed = user.copyByteCount
        if bytes.count + needed > maximumBytes, wasted > bytes.count / 2 { compact() }
        guard bytes.count + needed <= maximumBytes else { return false }
        drop(slot)
        starts[slot] = bytes.count
        user.appendCopy(to: &bytes)
        return true
    }

    /// Whether the user that is kept for a slot has this name.
    func holds(_ userName: UnsafeRawBufferPointer, for slot: UserIndex.Slot) -> Bool {
        guard let start = starts[slot] else { return false }
        return bytes.withUnsafeBytes { UserRecord(copyIn: $0, at: start).userName.elementsEqual(userName) }
    }

    /// Forgets the user that is kept for a slot, if any.
    mutating func drop(_ slot: UserIndex.Slot) {
        guard let start = starts.removeValue(forKey: slot) else { return }
        wasted += size(at: start)
    }

    mutating func removeAll() {
        bytes.removeAll()
        starts.removeAll()
        wasted = 0
    }

    /// Hands out every user that is kept, in the order in which they came, and forgets them.
    mutating func release(_ body: (UserIndex.Slot, UserRecord) -> Void) {
        bytes.withUnsafeBytes { bytes in
            for (slot, start) in starts.sorted(by: { $0.value < $1.value }) {
                body(slot, UserRecord(copyIn: bytes, at: start))
            }
        }
        removeAll()
    }

    private mutating func compact() {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count - wasted)
        for (slot, start) in starts.sorted(by: { $0.value < $1.value }) {
            starts[slot] = kept.count
            kept.append(contentsOf: bytes[start..<start + size(at: start)])
        }
        bytes = kept
        wasted = 0
    }

    private func size(at start: Int) -> Int {
        bytes.withUnsafeBytes { UserRecord(copyIn: $0, at: start).copyByteCount }
    }
}

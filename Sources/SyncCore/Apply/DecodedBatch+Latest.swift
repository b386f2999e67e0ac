extension DecodedBatch {
    /// The users that count: for each user name the one with the newest creation time, on a tie the later in the
    /// message.
    ///
    /// They come sorted by the bytes of the user name, which is the order in which every transaction takes its row
    /// locks.
    package func latestPerUserName() -> [Int] {
        texts.withUnsafeBytes { texts in
            var keys = sortKeys(texts)
            keys.sort { left, right in
                left.precedes(right, in: texts)
            }
            var latest: [Int] = []
            latest.reserveCapacity(keys.count)
            for index in keys.indices {
                // Equal names stand together, the one that counts last.
                if index + 1 == keys.count || !keys[index].hasSameName(as: keys[index + 1], in: texts) {
                    latest.append(Int(keys[index].user))
                }
            }
            return latest
        }
    }

    private func sortKeys(_ texts: UnsafeRawBufferPointer) -> [NameSortKey] {
        var keys: [NameSortKey] = []
        keys.reserveCapacity(count)
        var start = 0
        for user in 0..<count {
            let end = Int(textEnds[2 * user])
            let name = UnsafeRawBufferPointer(rebasing: texts[start..<end])
            keys.append(NameSortKey(name, start: start, createdAt: createdAts[user], user: user))
            start = Int(textEnds[2 * user + 1])
        }
        return keys
    }
}

/// Orders users by the bytes of their names, then by creation time, then by their place in the message.
///
/// The first sixteen bytes of a name are kept as two numbers, so that most comparisons look at nothing else.
private struct NameSortKey {
    let first: UInt64
    let second: UInt64
    let createdAt: Int64
    /// Where the rest of the name, beyond sixteen bytes, starts and how long it is.
    let restStart: UInt32
    let restCount: UInt32
    let user: UInt32

    init(_ name: UnsafeRawBufferPointer, start: Int, createdAt: Int64, user: Int) {
        first = NameOrder.word(of: name, at: 0)
        second = NameOrder.word(of: name, at: 8)
        self.createdAt = createdAt
        restStart = UInt32(truncatingIfNeeded: start + 16)
        restCount = UInt32(truncatingIfNeeded: max(0, name.count - 16))
        self.user = UInt32(truncatingIfNeeded: user)
    }

    @inline(__always)
    func precedes(_ other: Self, in texts: UnsafeRawBufferPointer) -> Bool {
        if first != other.first { return first < other.first }
        if second != other.second { return second < other.second }
        if restCount | other.restCount != 0 {
            let order = compareRest(with: other, in: texts)
            if order != 0 { return order < 0 }
        }
        if createdAt != other.createdAt { return createdAt < other.createdAt }
        return user < other.user
    }

    @inline(__always)
    func hasSameName(as other: Self, in texts: UnsafeRawBufferPointer) -> Bool {
        first == other.first && second == other.second && restCount == other.restCount
            && (restCount == 0 || compareRest(with: other, in: texts) == 0)
    }

    /// Negative, zero or positive as the rest of this name comes before, equals or comes after the other's.
    private func compareRest(with other: Self, in texts: UnsafeRawBufferPointer) -> Int {
        let common = Int(min(restCount, other.restCount))
        for offset in 0..<common {
            let left = texts[Int(restStart) + offset]
            let right = texts[Int(other.restStart) + offset]
            if left != right { return left < right ? -1 : 1 }
        }
        return Int(restCount) - Int(other.restCount)
    }
}

/// What becomes of damage: one reject for a run of it, with an excerpt that may reach into chunks still to come.
extension LegacyStreamParser {
    /// A run of damage: from a `{` that begins no object to the next whole object.
    enum Damage {
        /// The bytes before this point are no damage.
        case none
        /// The run's reject waits for its excerpt.
        case open(Reject.Reason, offset: Int64, excerpt: [UInt8])
        /// The run's reject has been handed over.
        case reported
    }

    @inline(__always)
    mutating func found(_ user: UserRecord) -> Event {
        endDamage(at: user.offset)
        users += 1
        return .user(user)
    }

    @inline(never)
    mutating func refused(_ object: UnsafeBufferPointer<UInt8>, _ reason: Reject.Reason, at offset: Int64) -> Event {
        endDamage(at: offset)
        let shown = object.prefix(limits.excerptBytes)
        let excerpt = Excerpt.printable(shown, isCut: shown.count < object.count)
        report(Reject(offset: offset, reason: reason, excerpt: excerpt))
        return .reject
    }

    /// Notes that the `{` at `offset`, the next byte in hand, begins no object.
    @inline(never)
    mutating func beginDamage(_ reason: Reject.Reason, at offset: Int64) {
        damagedBytes += 1
        guard case .none = damage else { return }
        damage = .open(reason, offset: offset, excerpt: Array(carriedBytes.prefix(limits.excerptBytes)))
        extendExcerpt()
    }

    /// Adds to the open excerpt what of the chunk follows it: what it has so far ends where the chunk goes on.
    mutating func extendExcerpt() {
        guard case .open(let reason, let offset, var excerpt) = damage else { return }
        excerpt += chunk[chunkPosition...].prefix(limits.excerptBytes - excerpt.count)
        damage = .open(reason, offset: offset, excerpt: excerpt)
    }

    /// Ends the run of damage, if there is one, where a whole object begins.
    @inline(__always)
    private mutating func endDamage(at offset: Int64) {
        if case .none = damage { return }
        finishDamage(before: offset)
        damage = .none
    }

    /// Makes the reject of the damage in hand due, whose excerpt ends before `end`.
    @inline(never)
    private mutating func finishDamage(before end: Int64) {
        guard case .open(let reason, let offset, let excerpt) = damage else { return }
        var shown = excerpt.prefix(Int(min(end - offset, Int64(limits.excerptBytes))))
        // A full excerpt counts as cut, whether or not more damage follows: that must not depend on what has come yet.
        let isCut = shown.count == limits.excerptBytes
        while let last = shown.last, Self.opensNext(last) { shown.removeLast() }
        report(Reject(offset: offset, reason: reason, excerpt: Excerpt.printable(shown, isCut: isCut)))
        damage = .reported
    }

    /// Whether a byte at the end of damage belongs to what follows it.
    private static func opensNext(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    private mutating func report(_ reject: Reject) {
        dueRejects.append(reject)
        rejects += 1
    }

    /// Makes the reject of the damage in hand due at the end of a chunk.
    ///
    /// - Parameter ifLongEnough: only when no object can begin any more in the bytes that the excerpt shows.
    mutating func finishDamage(ifLongEnough: Bool) {
        guard case .open(_, let offset, _) = damage else { return }
        let decided = bytesConsumed + Int64(chunkPosition - carried.count)
        if ifLongEnough, decided - offset < Int64(limits.excerptBytes) { return }
        finishDamage(before: decided)
    }
}

/// What becomes of damage: one reject for a run of it, with an excerpt that may reach into chunks still to come.
extension LegacyStreamParser {
    /// A run of damage: from the first byte that is no object and no separator to the next whole object, or, when it is a fragment
    /// between two arrays, to the second one. Also an empty object between two arrays, which is whole.
    struct DamageRun {
        let reason: Reject.Reason
        let offset: Int64
        /// The run's first bytes, as many as an excerpt shows, and what follows them there.
        var excerpt: [UInt8]
        /// Whether it is a whole object, which no further byte belongs to.
        let isWhole: Bool
        /// Whether an array has ended before it, and nothing but separators has come since.
        var isBetweenArrays: Bool
        /// Whether it holds a quotation mark or the word `userName`.
        var resemblesRecord = false
        /// Whether nothing but separators has followed a `]` in it.
        var endsArray = false
        /// The last eight damaged bytes, the latest one lowest.
        private var latest: UInt64 = 0

        init(reason: Reject.Reason, offset: Int64, excerpt: [UInt8], isWhole: Bool, isBetweenArrays: Bool) {
            self.reason = reason
            self.offset = offset
            self.excerpt = excerpt
            self.isWhole = isWhole
            self.isBetweenArrays = isBetweenArrays
        }

        /// Whether it is a fragment that hides nobody, should the body go on with an array.
        var isFragment: Bool { isBetweenArrays && !resemblesRecord }
        /// Whether its last damaged byte closes a brace.
        var endsWithBrace: Bool { isWhole || latest & 0xFF == UInt64(UInt8(ascii: "}")) }

        mutating func take(_ byte: UInt8) {
            latest = latest << 8 | UInt64(byte)
            endsArray = false
            // "userName", its first letter highest.
            if byte == UInt8(ascii: "\"") || latest == 0x7573_6572_4E61_6D65 { resemblesRecord = true }
        }
    }

    @inline(__always)
    mutating func found(_ user: UserRecord) -> Event {
        if damage != nil { endDamage(before: user.offset) }
        brackets.takeUser()
        users += 1
        return .user(user)
    }

    @inline(never)
    mutating func refused(
        _ object: UnsafeBufferPointer<UInt8>, _ reason: Reject.Reason, userName: UnsafeBufferPointer<UInt8>?,
        at offset: Int64
    ) -> Event {
        if damage != nil { endDamage(before: offset) }
        objectsRefused += 1
        let isBetweenArrays = brackets.takeFragment()
        let shown = object.prefix(limits.excerptBytes)
        let resemblesRecord = object.contains(UInt8(ascii: "\""))
        if isBetweenArrays, !resemblesRecord {
            // What follows decides whether it hides anybody.
            damage = DamageRun(
                reason: reason, offset: offset, excerpt: Array(shown), isWhole: true, isBetweenArrays: true)
            return .reject
        }
        report(
            Reject(
                offset: offset, reason: reason, field: reason == .invalidField ? reader.extras?.refusedKey : nil,
                excerpt: Excerpt.printable(shown, isCut: shown.count < object.count),
                userName: userName.map(Array.init),
                resemblesRecord: resemblesRecord))
        return .reject
    }

    /// Takes the next byte as damage: a `{` that begins no object, or what is neither an object nor a separator.
    @inline(never)
    mutating func takeDamage(_ reason: Reject.Reason = .invalidJSON) {
        guard let byte = nextByte else { return }
        damagedBytes += 1
        if damage?.isWhole == true { endDamage(before: position) }
        if damage == nil {
            damage = DamageRun(
                reason: reason, offset: position, excerpt: Array(carriedBytes.prefix(limits.excerptBytes)),
                isWhole: false, isBetweenArrays: brackets.takeFragment())
            extendExcerpt()
        }
        damage?.take(byte)
    }

    /// Adds to the excerpt of the run what of the chunk follows it: what it has so far ends where the chunk goes on.
    mutating func extendExcerpt() {
        guard let run = damage, !run.isWhole, run.excerpt.count < limits.excerptBytes else { return }
        damage?.excerpt += chunk[chunkPosition...].prefix(limits.excerptBytes - run.excerpt.count)
    }

    /// Takes a bracket outside objects, which may end a run of damage.
    @inline(never)
    mutating func takeBracket() {
        guard let byte = nextByte else { return }
        if byte == UInt8(ascii: "]") {
            let isTrusted = brackets.isTrusted(at: position)
            // In a damaged record it may be part of a string.
            if users == 0, damage?.resemblesRecord != true { brackets.closeBeforeUsers(at: position) }
            if damage == nil {
                if isTrusted { brackets.close() }
            } else {
                // An array ends whose beginning is not to be seen.
                damage?.isBetweenArrays = false
                damage?.endsArray = isTrusted
            }
        } else {
            if let run = damage {
                if run.isFragment {
                    finishDamage(run, before: position)
                    damage = nil
                } else {
                    damage?.isBetweenArrays = false
                    damage?.endsArray = false
                }
            }
            if users == 0 { brackets.openBeforeUsers(at: position) }
            brackets.open(isFirst: users == 0 && rejects == 0 && damagedBytes == 0)
        }
    }

    /// Ends the run of damage where a whole object or other damage begins.
    @inline(never)
    private mutating func endDamage(before end: Int64) {
        guard var run = damage else { return }
        run.isBetweenArrays = false
        finishDamage(run, before: end)
        damage = nil
        if run.endsArray { brackets.close() }
    }

    /// Ends the run of damage with the body. A fragment after the last array is as good as one between two, if it is whole.
    mutating func endDamageWithBody() {
        guard var run = damage else { return }
        run.isBetweenArrays = run.isFragment && run.endsWithBrace
        finishDamage(run, before: position)
        damage = nil
        if run.endsArray { brackets.close() }
    }

    /// Makes the reject of a run due, whose excerpt ends before `end`.
    private mutating func finishDamage(_ run: DamageRun, before end: Int64) {
        var shown = run.excerpt.prefix(Int(min(end - run.offset, Int64(limits.excerptBytes))))
        // A full excerpt counts as cut, whether or not more damage follows.
        let isCut = shown.count == limits.excerptBytes
        while !run.isWhole, let last = shown.last, Self.opensNext(last) { shown.removeLast() }
        report(
            Reject(
                offset: run.offset, reason: run.reason, excerpt: Excerpt.printable(shown, isCut: isCut),
                isBetweenArrays: run.isBetweenArrays, resemblesRecord: run.resemblesRecord))
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

    /// Makes the reject of the run due when the bytes so far decide all that it shows.
    mutating func reportLongDamage() {
        guard let run = damage, !run.isWhole, position - run.offset >= Int64(limits.excerptBytes) else { return }
        finishDamage(run, before: position)
        damage = nil
    }
}

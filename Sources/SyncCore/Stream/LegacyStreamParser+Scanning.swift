/// The state machine behind `consume`: where the next object begins, and whether it is whole.
extension LegacyStreamParser {
    @usableFromInline
    mutating func begin(_ bytes: UnsafeRawBufferPointer) {
        precondition(!isAtEnd, "consume called after finish")
        chunk = bytes.assumingMemoryBound(to: UInt8.self)
        chunkPosition = 0
        extendExcerpt()
    }

    @usableFromInline
    mutating func end() {
        bytesConsumed += Int64(chunk.count)
        chunk = UnsafeBufferPointer(start: nil, count: 0)
        chunkPosition = 0
    }

    @usableFromInline
    mutating func beginEnd() {
        isAtEnd = true
    }

    @usableFromInline
    mutating func beginAbandoning() {
        isAtEnd = true
        reportLongDamage()
    }

    /// Where the next byte is that has not been dealt with.
    var position: Int64 { bytesConsumed + Int64(chunkPosition - carried.count) }

    /// The next byte that has not been dealt with.
    var nextByte: UInt8? {
        if let byte = carriedBytes.first { return byte }
        return chunkPosition < chunk.count ? chunk[chunkPosition] : nil
    }

    /// Goes on to the next user or reject, or to the end of the chunk.
    @usableFromInline
    mutating func next() -> Event {
        while true {
            let event: Event?
            if isObjectOpen {
                event = continueOpenObject()
            } else if !carried.isEmpty {
                event = scanCarry()
            } else if chunkPosition < chunk.count {
                event = scanChunk()
            } else {
                if isAtEnd { endDamageWithBody() }
                return .needsInput
            }
            if let event { return event }
        }
    }

    // MARK: - Objects that lie in the chunk

    @inline(__always)
    private mutating func scanChunk() -> Event? {
        guard let base = chunk.baseAddress else { return nil }
        while chunkPosition < chunk.count, base[chunkPosition] != UInt8(ascii: "{") {
            chunkPosition = skipSeparators(base, chunkPosition..<chunk.count)
            guard chunkPosition < chunk.count, base[chunkPosition] != UInt8(ascii: "{") else { break }
            takeByteOutsideObjects(base[chunkPosition])
            chunkPosition += 1
            if !dueRejects.isEmpty { return .reject }
        }
        guard chunkPosition < chunk.count else { return nil }

        let start = base + chunkPosition
        let window = min(chunk.count - chunkPosition, limits.maximumObjectBytes)
        let offset = bytesConsumed + Int64(chunkPosition)
        switch reader.read(start, start + window, offset: offset, into: &counts) {
        case .user(let user, let length):
            bytesExamined += Int64(length)
            chunkPosition += length
            return found(user)
        case .notUser(let reason, let userName, let length):
            bytesExamined += Int64(length)
            chunkPosition += length
            return refused(UnsafeBufferPointer(start: start, count: length), reason, userName: userName, at: offset)
        case .broken(let reason, let examined):
            bytesExamined += Int64(examined)
            brackets.doubt(until: offset + Int64(examined) - 1)
            takeDamage(reason)
            chunkPosition += 1
        case .incomplete:
            bytesExamined += Int64(window)
            if window == limits.maximumObjectBytes {
                brackets.doubt(until: offset + Int64(window))
                takeDamage(.tooLarge)
                chunkPosition += 1
            } else {
                carried = 0..<0
                append(chunk.count - chunkPosition)
                openCarriedObject()
            }
        }
        return nil
    }

    /// Returns the first position in `range` of something other than a comma, whitespace or a byte order mark, or its end.
    @inline(__always)
    private func skipSeparators(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Int {
        var position = range.lowerBound
        while position < range.upperBound {
            switch base[position] {
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF: position += 1
            default: return position
            }
        }
        return position
    }

    /// Takes the next byte, which is in no object and is no separator, or is a bracket.
    private mutating func takeByteOutsideObjects(_ byte: UInt8) {
        if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") {
            takeBracket()
        } else {
            takeDamage()
        }
    }

    // MARK: - Objects that cross a chunk border

    /// The bytes in `carry` not yet done with.
    var carriedBytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: carry + carried.lowerBound, count: carried.count)
    }

    /// Copies the next bytes of the chunk behind those carried already.
    private mutating func append(_ count: Int) {
        if let source = chunk.baseAddress {
            (carry + carried.upperBound).update(from: source + chunkPosition, count: count)
        }
        carried = carried.lowerBound..<carried.upperBound + count
        chunkPosition += count
    }

    /// Makes the carried bytes an open object: they begin with a `{`, and an attempt to read it needed more of them.
    private mutating func openCarriedObject() {
        if carried.lowerBound > 0 {
            carry.update(from: carry + carried.lowerBound, count: carried.count)
            carried = 0..<carried.count
        }
        isObjectOpen = true
        attemptedBytes = carried.count
        boundary = ObjectBoundary()
        _ = boundary.advance(over: carriedBytes)
    }

    /// Takes more of the open object from the chunk, and tries to read it when that is worth it.
    private mutating func continueOpenObject() -> Event? {
        let available = min(chunk.count - chunkPosition, limits.maximumObjectBytes - carried.count)
        let fresh = UnsafeBufferPointer(rebasing: chunk[chunkPosition..<chunkPosition + available])
        let end = boundary.advance(over: fresh)
        append(end ?? available)
        guard
            end != nil || isAtEnd || carried.count == limits.maximumObjectBytes
                || carried.count >= 2 * attemptedBytes
        else {
            return .needsInput
        }
        return readCarriedObject()
    }

    /// Scans carried bytes behind an object that is done with, or behind a `{` that began none.
    private mutating func scanCarry() -> Event? {
        while !carried.isEmpty, carry[carried.lowerBound] != UInt8(ascii: "{") {
            carried = skipSeparators(carry, carried)..<carried.upperBound
            guard !carried.isEmpty, carry[carried.lowerBound] != UInt8(ascii: "{") else { break }
            takeByteOutsideObjects(carry[carried.lowerBound])
            carried = carried.lowerBound + 1..<carried.upperBound
            if !dueRejects.isEmpty { return .reject }
        }
        if carried.count <= chunkPosition {
            // What is left came from this chunk: it can be read from there.
            chunkPosition -= carried.count
            carried = 0..<0
            return nil
        }
        return readCarriedObject()
    }

    /// Tries to read the object that the carried bytes begin with.
    private mutating func readCarriedObject() -> Event? {
        let start = UnsafePointer(carry + carried.lowerBound)
        let offset = bytesConsumed + Int64(chunkPosition - carried.count)
        switch reader.read(start, start + carried.count, offset: offset, into: &counts) {
        case .user(let user, let length):
            bytesExamined += Int64(length)
            isObjectOpen = false
            carried = carried.lowerBound + length..<carried.upperBound
            return found(user)
        case .notUser(let reason, let userName, let length):
            bytesExamined += Int64(length)
            isObjectOpen = false
            let event = refused(
                UnsafeBufferPointer(start: start, count: length), reason, userName: userName, at: offset)
            carried = carried.lowerBound + length..<carried.upperBound
            return event
        case .broken(let reason, let examined):
            bytesExamined += Int64(examined)
            brackets.doubt(until: offset + Int64(examined) - 1)
            giveUpCarriedObject(reason)
        case .incomplete:
            bytesExamined += Int64(carried.count)
            if carried.count == limits.maximumObjectBytes {
                brackets.doubt(until: offset + Int64(carried.count))
                giveUpCarriedObject(.tooLarge)
            } else if isAtEnd {
                brackets.endInObject()
                giveUpCarriedObject(.truncated)
            } else if isObjectOpen {
                attemptedBytes = carried.count
                if chunkPosition == chunk.count { return .needsInput }
            } else {
                openCarriedObject()
            }
        }
        return nil
    }

    private mutating func giveUpCarriedObject(_ reason: Reject.Reason) {
        takeDamage(reason)
        isObjectOpen = false
        carried = carried.lowerBound + 1..<carried.upperBound
    }
}

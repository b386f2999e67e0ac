/// What a sync remembers of each user in the table: 24 bytes in an open-addressing hash table.
///
/// Slots are taken by linear probing from where the name's digest points. Nothing is ever removed. The memory is about
/// 28 bytes a user, allocated once when the number of users is known before. A large index may live in a file
/// (``IndexPlace``), which changes no answer.
package struct UserIndex: ~Copyable {
    /// Where a user is; valid until the next insertion.
    package struct Slot: Hashable, Sendable {
        let offset: Int
    }

    /// One user: 72 bits of its name's digest, 56 bits of its content's, 56 bits of its creation time, 8 marks.
    private struct Entry {
        var position: UInt64 = 0
        /// The content's digest, whose low byte is zero, and the marks in that byte.
        var contentAndMarks: UInt64 = 0
        /// The creation time, shifted left by a byte, and the check of the name's digest in that byte.
        var createdAtAndCheck: UInt64 = 0

        init() {}

        @inline(__always)
        init(_ name: NameDigest, createdAt: Int64, content: UInt64, marks: UserMarks) {
            position = name.position
            contentAndMarks = content & ~0xFF | UInt64(marks.union(.taken).rawValue)
            createdAtAndCheck = UInt64(bitPattern: createdAt) << 8 | UInt64(name.check)
        }

        @inline(__always) var isTaken: Bool { contentAndMarks & UInt64(UserMarks.taken.rawValue) != 0 }
        @inline(__always) var name: NameDigest {
            NameDigest(position: position, check: UInt8(truncatingIfNeeded: createdAtAndCheck))
        }
        @inline(__always) var marks: UserMarks { UserMarks(rawValue: UInt8(truncatingIfNeeded: contentAndMarks)) }
    }

    /// The creation times that are kept exactly, in microseconds since 1970: the years 829 to 3111. Others are kept as the
    /// nearest bound, which no record's own time is ever equal to.
    package static let exactTimes = -(1 << 55) + 1...(1 << 55) - 2 as ClosedRange<Int64>

    private let place: any IndexPlace
    /// What ``entries`` points into.
    private var memory: any IndexMemory
    private var entries: UnsafeMutableBufferPointer<Entry>
    /// Users that fit before the table grows.
    private var room: Int
    /// The users held.
    package private(set) var count = 0

    /// An index in anonymous memory.
    /// - Parameter users: how many will be inserted; more make it grow, which needs twice the memory for a moment.
    package init(expecting users: Int) {
        let memory = AnonymousIndexMemory(bytes: Self.byteCount(expecting: users))
        self.init(expecting: users, memory: memory, growingIn: AnonymousIndexPlace())
    }

    /// - Parameters:
    ///   - memory: zeros, ``byteCount(expecting:)`` of them.
    ///   - place: where more memory comes from when more users are inserted than were expected.
    package init(expecting users: Int, memory: any IndexMemory, growingIn place: any IndexPlace) {
        self.place = place
        self.memory = memory
        room = Self.room(expecting: users)
        entries = Self.entries(in: memory)
    }

    /// The memory that an index of so many users needs.
    package static func byteCount(expecting users: Int) -> Int {
        slots(for: room(expecting: users)) * MemoryLayout<Entry>.stride
    }

    private static func room(expecting users: Int) -> Int { max(8, users) }

    /// A free slot is all zeros, so nothing is written: pages of a file stay untouched until a user comes.
    private static func entries(in memory: any IndexMemory) -> UnsafeMutableBufferPointer<Entry> {
        memory.expect(.random)
        return memory.bytes.bindMemory(to: Entry.self)
    }

    /// Linear probing stays short up to seven slots in eight.
    private static func slots(for users: Int) -> Int { users + users / 7 + 1 }

    // MARK: Users

    /// Adds a user.
    ///
    /// When one with the same digest is there already, the two cannot be told apart: the one that is there is marked
    /// ``UserMarks/ambiguous``, and nothing is added.
    /// - Returns: the user's slot, or that of the one it cannot be told from.
    /// - Throws: when more users come than were expected, and there is no room for them.
    @discardableResult
    package mutating func insert(
        _ name: NameDigest, createdAt: Int64, content: UInt64, marks: UserMarks = []
    ) throws(IndexPlaceError) -> Slot {
        if count == room { try grow() }
        let slot = probe(name)
        if entries[slot.offset].isTaken {
            self[marks: slot].insert(.ambiguous)
            return slot
        }
        entries[slot.offset] = Entry(name, createdAt: Self.kept(createdAt), content: content, marks: marks)
        count += 1
        return slot
    }

    /// Where a user with this name's digest is; nil when there is none.
    @inline(__always)
    package func find(_ name: NameDigest) -> Slot? {
        let slot = probe(name)
        return entries[slot.offset].isTaken ? slot : nil
    }

    /// When the user was created, in microseconds since 1970-01-01T00:00:00Z, within ``exactTimes`` and its neighbours.
    @inline(__always)
    package func createdAt(at slot: Slot) -> Int64 {
        Int64(bitPattern: entries[slot.offset].createdAtAndCheck) >> 8
    }

    /// The digest of everything that is compared; its low byte is zero.
    @inline(__always)
    package func content(at slot: Slot) -> UInt64 { entries[slot.offset].contentAndMarks & ~0xFF }

    /// Replaces what is known of a user.
    package mutating func update(_ slot: Slot, createdAt: Int64, content: UInt64) {
        let entry = entries[slot.offset]
        entries[slot.offset] = Entry(
            entry.name, createdAt: Self.kept(createdAt), content: content, marks: entry.marks)
    }

    /// A creation time as an index keeps it.
    @inline(__always)
    package static func kept(_ createdAt: Int64) -> Int64 {
        min(max(createdAt, exactTimes.lowerBound - 1), exactTimes.upperBound + 1)
    }

    // MARK: Marks

    package subscript(marks slot: Slot) -> UserMarks {
        @inline(__always) get { entries[slot.offset].marks }
        @inline(__always) set {
            let content = entries[slot.offset].contentAndMarks & ~0xFF
            entries[slot.offset].contentAndMarks = content | UInt64(newValue.union(.taken).rawValue)
        }
    }

    /// Takes marks off every user.
    package mutating func removeFromAll(_ marks: UserMarks) {
        let removed = UInt64(marks.subtracting(.taken).rawValue)
        memory.expect(.sequential)
        defer { memory.expect(.random) }
        // What does not change is not written: a page of a file that is written goes to the disk.
        for offset in entries.indices where entries[offset].contentAndMarks & removed != 0 {
            entries[offset].contentAndMarks &= ~removed
        }
    }

    /// How many users have all of `present` and none of `absent`.
    package func count(with present: UserMarks, without absent: UserMarks = []) -> Int {
        let mask = UInt64(present.union(absent).union(.taken).rawValue)
        let wanted = UInt64(present.union(.taken).rawValue)
        memory.expect(.sequential)
        defer { memory.expect(.random) }
        var count = 0
        for entry in entries where entry.contentAndMarks & mask == wanted { count += 1 }
        return count
    }

    // MARK: Slots

    /// The slot of the user with this digest, or the free one where it would go. One is always free.
    @inline(__always)
    private func probe(_ name: NameDigest) -> Slot {
        // The digest as a fraction of all digests, times the number of slots.
        var offset = Int(truncatingIfNeeded: name.position.multipliedFullWidth(by: UInt64(entries.count)).high)
        while true {
            let entry = entries[offset]
            if !entry.isTaken
                || (entry.position == name.position
                    && UInt8(truncatingIfNeeded: entry.createdAtAndCheck) == name.check)
            {
                return Slot(offset: offset)
            }
            offset += 1
            if offset == entries.count { offset = 0 }
        }
    }

    @inline(never)
    private mutating func grow() throws(IndexPlaceError) {
        let larger = try place.memory(bytes: Self.byteCount(expecting: room * 2))
        let (old, oldEntries) = (memory, entries)
        room *= 2
        memory = larger
        entries = Self.entries(in: larger)
        old.expect(.sequential)
        for entry in oldEntries where entry.isTaken {
            entries[probe(entry.name).offset] = entry
        }
        // The old entries are read up to here.
        withExtendedLifetime(old) {}
    }
}

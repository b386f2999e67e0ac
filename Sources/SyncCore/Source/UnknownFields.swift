/// The fields of records that the parser does not know: in how many records each of them came, and what type of value it held first.
///
/// Names come from outside and may be many, so the table is bounded: ``capacity`` names, of which ``maximumNameBytes`` bytes each are
/// kept. Longer names that begin alike count as one. Records with further names are counted too. A value is never kept.
///
/// A record's fields are noted while it is read, and count when it closes. Fields mostly come in the same order in each record, so
/// the name is first compared with the one that came next the last time.
struct UnknownFields: ~Copyable {
    static let capacity = 64
    static let maximumNameBytes = 64
    /// Places of the hash table: a power of two, twice the capacity.
    private static let places = 128

    private struct Entry {
        var records = 0
        var byteCount = 0
        /// Its first eight bytes, the first one lowest.
        var head: UInt64 = 0
        /// Whether a key of just these bytes is this name: it is not cut, and holds nothing that a key would escape.
        var isPlain = false
        /// Whether the name goes on beyond the bytes that are kept.
        var isCut = false
        /// The first type that was not null; null while there was none.
        var type = JSONType.null
        /// The type in the record that is being read.
        var noted = JSONType.null
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let names: UnsafeMutablePointer<UInt8>
    /// The hash table: an entry's number plus 1, or 0.
    private let table: UnsafeMutablePointer<UInt8>
    /// Entries in use. Those from `closed` on came with the record that is being read.
    private var count = 0
    private var closed = 0

    // Of the record that is being read:
    private var isTouched = false
    /// The entries that it holds, a bit each.
    private var held: UInt64 = 0
    private var hasUnlisted = false
    /// The entry whose value comes next; nil for a name that is not kept.
    private var current: Int?
    private var expected = 0

    /// Records with a name that is not kept, since the table was full or the name cannot be stored.
    private(set) var unlistedRecords = 0

    init() {
        entries = .allocate(capacity: Self.capacity)
        entries.initialize(repeating: Entry(), count: Self.capacity)
        names = .allocate(capacity: Self.capacity * Self.maximumNameBytes)
        names.initialize(repeating: 0, count: Self.capacity * Self.maximumNameBytes)
        table = .allocate(capacity: Self.places)
        table.initialize(repeating: 0, count: Self.places)
    }

    deinit {
        entries.deallocate()
        names.deallocate()
        table.deallocate()
    }

    /// A field as it was counted.
    struct Counted {
        let name: UnsafeBufferPointer<UInt8>
        let isCut: Bool
        let records: Int
        let type: JSONType
    }

    /// Calls `body` with each field, in the order in which they first came.
    func forEach(_ body: (Counted) -> Void) {
        for index in 0..<closed {
            let entry = entries[index]
            body(
                Counted(
                    name: UnsafeBufferPointer(start: name(index), count: entry.byteCount), isCut: entry.isCut,
                    records: entry.records, type: entry.type))
        }
    }

    // MARK: One record

    /// Takes back what an object left that did not close.
    @inline(__always)
    mutating func discard() {
        if isTouched { takeBack() }
    }

    /// Takes the key that begins at `start` if it is the name that came next the last time. This is the quick way for sources whose
    /// records are all alike.
    /// - Parameters:
    ///   - start: behind the key's opening quote, with more than nine bytes before `end`.
    ///   - word: the eight bytes there, the first one lowest.
    /// - Returns: behind the closing quote; nil for any other key, of which nothing was taken.
    @inline(__always)
    mutating func takeExpected(_ start: UnsafePointer<UInt8>, _ word: UInt64, _ end: UnsafePointer<UInt8>)
        -> UnsafePointer<UInt8>?
    {
        let index = expected
        guard index < closed else { return nil }
        let entry = entries + index
        let byteCount = entry.pointee.byteCount
        guard entry.pointee.isPlain, byteCount < end - start, start[byteCount] == UInt8(ascii: "\"") else { return nil }
        let mask = byteCount < 8 ? (1 << UInt64(8 * byteCount)) - 1 : UInt64.max
        guard word & mask == entry.pointee.head, byteCount <= 8 || holds(index, start, byteCount) else { return nil }
        isTouched = true
        current = index
        held |= 1 << UInt64(index)
        expected = index + 1
        return start + byteCount + 1
    }

    /// Takes the name of a field; its value comes next.
    /// - Parameter name: UTF-8; nil when it cannot be stored.
    mutating func take(_ name: UnsafeBufferPointer<UInt8>?) {
        isTouched = true
        current = name.flatMap { find($0) }
        guard let current else {
            hasUnlisted = true
            return
        }
        held |= 1 << UInt64(current)
        expected = current + 1
    }

    /// Takes the type of the value whose name came last.
    @inline(__always)
    mutating func takeValue(first: UInt8) {
        guard let current else { return }
        entries[current].noted = JSONType(first: first)
    }

    @inline(__always)
    mutating func close() {
        if isTouched { count(held) }
    }

    @inline(never)
    private mutating func count(_ held: UInt64) {
        var rest = held
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            rest &= rest - 1
            entries[index].records += 1
            if entries[index].type == .null { entries[index].type = entries[index].noted }
        }
        if hasUnlisted { unlistedRecords += 1 }
        closed = count
        clear()
    }

    @inline(never)
    private mutating func takeBack() {
        if count > closed {
            for index in closed..<count { entries[index] = Entry() }
            count = closed
            table.update(repeating: 0, count: Self.places)
            for index in 0..<closed {
                enter(index, at: Self.hash(UnsafeBufferPointer(start: name(index), count: entries[index].byteCount)))
            }
        }
        clear()
    }

    private mutating func clear() {
        (isTouched, held, hasUnlisted, current, expected) = (false, 0, false, nil, 0)
    }

    // MARK: The table

    @inline(__always)
    private func name(_ index: Int) -> UnsafeMutablePointer<UInt8> { names + index * Self.maximumNameBytes }

    /// The entry of a name, a new one if there is room.
    private mutating func find(_ whole: UnsafeBufferPointer<UInt8>) -> Int? {
        let isCut = whole.count > Self.maximumNameBytes
        let kept = UnsafeBufferPointer(rebasing: whole.prefix(Self.maximumNameBytes))
        if expected < count, holds(expected, kept, isCut) { return expected }
        let hash = Self.hash(kept)
        var place = hash
        while table[place] != 0 {
            let index = Int(table[place]) - 1
            if holds(index, kept, isCut) { return index }
            place = (place + 1) % Self.places
        }
        guard count < Self.capacity else { return nil }
        let index = count
        count += 1
        var entry = Entry()
        (entry.byteCount, entry.isCut) = (kept.count, isCut)
        for byte in kept.prefix(8).reversed() { entry.head = entry.head << 8 | UInt64(byte) }
        entry.isPlain = !isCut && kept.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        entries[index] = entry
        if let start = kept.baseAddress { name(index).update(from: start, count: kept.count) }
        enter(index, at: hash)
        return index
    }

    private func enter(_ index: Int, at hash: Int) {
        var place = hash
        while table[place] != 0 { place = (place + 1) % Self.places }
        table[place] = UInt8(index + 1)
    }

    private func holds(_ index: Int, _ kept: UnsafeBufferPointer<UInt8>, _ isCut: Bool) -> Bool {
        guard entries[index].byteCount == kept.count, entries[index].isCut == isCut else { return false }
        guard let start = kept.baseAddress else { return true }
        return holds(index, start, kept.count)
    }

    /// Whether the first bytes of an entry's name are these.
    private func holds(_ index: Int, _ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let (own, other) = (UnsafeRawPointer(name(index)), UnsafeRawPointer(start))
        var position = 0
        while count - position >= 8 {
            guard
                own.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    == other.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            else { return false }
            position += 8
        }
        while position < count {
            guard own.load(fromByteOffset: position, as: UInt8.self) == start[position] else { return false }
            position += 1
        }
        return true
    }

    /// The place of a name, by its length, its first eight bytes and its last eight. Names that meet there cost a few more comparisons.
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        var first: UInt64 = 0
        var last: UInt64 = 0
        if name.count >= 8, let start = UnsafeRawPointer(name.baseAddress) {
            first = start.loadUnaligned(as: UInt64.self)
            last = start.loadUnaligned(fromByteOffset: name.count - 8, as: UInt64.self)
        } else {
            for byte in name { first = first << 8 | UInt64(byte) }
        }
        var state = UInt64(name.count) &* 0x9E37_79B9_7F4A_7C15
        state = (state ^ first) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ (state >> 32) ^ last) &* 0x94D0_49BB_1331_11EB
        return Int(state >> 57)
    }
}

/// The encoded lines of one lane's next batch, in memory that is allocated once and used again for every batch.
struct LaneBuffer: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer
    /// The bytes of all lines kept so far.
    private(set) var bytes = 0
    /// The number of lines kept so far.
    private(set) var users = 0

    init() {
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    deinit {
        memory.deallocate()
    }

    /// The lines kept so far; valid until the buffer is changed.
    var rows: UnsafeRawBufferPointer {
        @inline(__always) get { UnsafeRawBufferPointer(rebasing: memory[..<bytes]) }
    }

    /// Writes a line after those that are kept and returns its length in bytes.
    ///
    /// The line is not part of the buffer until ``keepRow(bytes:)`` says so.
    @inline(__always)
    mutating func writeRow(_ user: UserRecord, isNew: Bool) -> Int {
        let room = MessageEncoder.roomForRow(user)
        if memory.count - bytes < room {
            grow(toHold: bytes + room)
        }
        guard let start = memory.baseAddress else { return 0 }  // There is memory: `grow` has just made room.
        return MessageEncoder.writeRow(user, isNew: isNew, to: start + bytes)
    }

    /// Adds the line that was written last.
    @inline(__always)
    mutating func keepRow(bytes rowBytes: Int) {
        bytes += rowBytes
        users += 1
    }

    /// Drops all lines that are kept, and moves the one written last, of `rowBytes` bytes, to the front.
    mutating func removeAll(movingUpRowOf rowBytes: Int = 0) {
        if rowBytes > 0, let start = memory.baseAddress {
            start.copyMemory(from: start + bytes, byteCount: rowBytes)
        }
        bytes = 0
        users = 0
    }

    @inline(never)
    private mutating func grow(toHold needed: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(needed, 2 * memory.count, 4096), alignment: 64)
        larger.copyMemory(from: rows)
        memory.deallocate()
        memory = larger
    }
}

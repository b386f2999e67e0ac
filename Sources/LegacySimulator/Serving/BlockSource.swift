import NIOCore

/// Turns a body into blocks of bytes, made only when asked for.
struct BlockSource {
    struct Block {
        var bytes: ByteBuffer
        /// An array (or group) ends with this block's last byte.
        var endsArray: Bool
    }

    private(set) var generator: BodyGenerator
    private let targetBytes: Int
    private let endsAtArrays: Bool
    private let cutAfterUsers: Int?
    private var buffer: ByteBuffer
    private var isDone = false

    /// - Parameters:
    ///   - targetBytes: a block is handed over once it holds this many.
    ///   - endsAtArrays: also hand over a block at the end of each array, for a paced source.
    ///   - cutAfterUsers: stop in the middle of the record after this many.
    init(_ generator: BodyGenerator, targetBytes: Int, endsAtArrays: Bool, cutAfterUsers: Int? = nil) {
        self.generator = generator
        self.targetBytes = targetBytes
        self.endsAtArrays = endsAtArrays
        self.cutAfterUsers = cutAfterUsers
        buffer = ByteBufferAllocator().buffer(capacity: targetBytes + generator.maximumPieceBytes)
    }

    /// Users written into blocks so far.
    var users: Int { generator.counts.users }

    /// The next block, or nil after the last byte or the cut.
    mutating func next() -> Block? {
        guard !isDone else { return nil }
        let room = targetBytes + generator.maximumPieceBytes
        buffer.clear(minimumCapacity: room)
        var endsArray = false
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { memory in
            guard var writer = ByteWriter(memory) else { return 0 }
            while writer.count < targetBytes {
                let start = writer.count
                let isCutHere = generator.counts.users == cutAfterUsers
                let step = generator.writeNext(to: &writer)
                if isCutHere {
                    writer.truncate(to: start + (writer.count - start) / 2)
                    isDone = true
                    break
                }
                if step == .finished {
                    isDone = true
                    break
                }
                if endsAtArrays, step == .endOfArray {
                    endsArray = true
                    break
                }
            }
            return writer.count
        }
        if buffer.readableBytes == 0 { return nil }
        return Block(bytes: buffer, endsArray: endsArray)
    }
}

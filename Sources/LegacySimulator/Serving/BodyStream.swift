import Logging
import NIOCore
import ServiceLifecycle

/// Sends one body through a writer: paced, stalled, cut, compressed and chunked as asked.
struct BodyStream {
    /// Thrown to make the server close the connection before the body is complete.
    struct Cut: Error {}

    let data: DataProfile
    let serving: ServingProfile
    let plan: StreamPlan

    private static let blockBytes = 64 << 10

    /// Writes the body; back-pressure comes from `write`, which returns once the socket takes more.
    ///
    /// - Returns: the number of users and bytes sent.
    /// - Throws: ``Cut`` at the planned cut, after the bytes before it were written; CancellationError on shutdown.
    func send(_ write: (ByteBuffer) async throws -> Void) async throws -> (users: Int, bytes: Int) {
        let isPaced = serving.interval > .zero
        var blocks = BlockSource(
            BodyGenerator(data), targetBytes: Self.blockBytes, endsAtArrays: isPaced, cutAfterUsers: plan.cutAfterUsers)
        let compressor = try Compressor(serving.coding)
        var chunks = ChunkSizes(serving.chunkSize, seed: data.seed, stream: plan.number)
        var pacer = Pacer(interval: serving.interval)
        var stall = plan.stall
        var bytes = 0
        while let block = blocks.next() {
            var payload = block.bytes
            if let compressor { payload = try compressor.compress(payload, flush: isPaced ? .sync : .none) }
            bytes += payload.readableBytes
            try await send(payload, &chunks, write)
            if let due = stall, blocks.users >= due.afterUsers {
                stall = nil
                try await Self.sleep(due.duration)
            }
            if block.endsArray { try await pacer.waitForNextArray() }
            if Task.isShuttingDownGracefully { throw CancellationError() }
        }
        if plan.cutAfterUsers != nil {
            // What is written just before the close could be lost with it; a moment lets the socket take it.
            try await Self.sleep(.milliseconds(50))
            throw Cut()
        }
        if let compressor {
            let payload = try compressor.compress(ByteBuffer(), flush: .finish)
            bytes += payload.readableBytes
            try await send(payload, &chunks, write)
        }
        return (blocks.users, bytes)
    }

    private func send(
        _ payload: ByteBuffer, _ chunks: inout ChunkSizes, _ write: (ByteBuffer) async throws -> Void
    ) async throws {
        var rest = payload
        while rest.readableBytes > 0 {
            guard let chunk = rest.readSlice(length: min(chunks.next(), rest.readableBytes)) else { break }
            try await write(chunk)
        }
    }

    /// Sleeps, but not through a shutdown.
    static func sleep(_ duration: Duration) async throws {
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
    }
}

/// Sizes of one body's chunks, in bytes.
struct ChunkSizes {
    private let size: ServingProfile.ChunkSize
    private var random: SeededSequence

    init(_ size: ServingProfile.ChunkSize, seed: UInt64, stream: Int) {
        self.size = size
        random = SeededSequence(SeededHash(seed: seed).bits(.chunk, stream))
    }

    mutating func next() -> Int {
        switch size {
        case .automatic: Int.max
        case .fixed(let bytes): bytes
        case .random(let largest): 1 + random.next(below: 1 + random.next(below: largest))
        }
    }
}

/// Spaces arrays evenly; a source that was held up goes on at its pace and does not catch up in a burst.
struct Pacer {
    private let interval: Duration
    private var due: ContinuousClock.Instant?

    init(interval: Duration) { self.interval = interval }

    mutating func waitForNextArray() async throws {
        let now = ContinuousClock.now
        let next = max((due ?? now) + interval, now)
        due = next
        if next > now { try await BodyStream.sleep(next - now) }
    }
}

import Logging
import NIOCore
import Synchronization

/// One look at the newest sync, shared by all who watch.
///
/// While anyone watches, one task looks again and again and hands each event to every watcher. A watcher whose queue is full is
/// disconnected: it holds up neither the others nor memory, and may come again.
final class EventFeed: Sendable {
    /// What came of one look.
    struct Event: Sendable {
        let bytes: ByteBuffer
        /// Whether the look succeeded; after one that did not, the next comes later.
        let isAvailable: Bool
    }

    /// Looks once. Called by one task at a time, with what that task remembers of its looks before.
    typealias Look = @Sendable (inout ProgressWatch) async -> Event

    private struct Watcher {
        let continuation: AsyncStream<ByteBuffer>.Continuation
        let disconnect: @Sendable () -> Void
    }

    private struct State {
        var watchers: [Int: Watcher] = [:]
        var nextID = 0
        /// What a watcher who comes between two looks sees first; nil before the first one.
        var latest: ByteBuffer?
        /// Under way exactly while there are watchers.
        var looking: Task<Void, Never>?
    }

    private let state = Mutex(State())
    private let pace: WatchPace
    private let maximumWatchers: Int
    private let logger: Logger
    private let look: Look

    /// Events that wait for a slow watcher, at most.
    static let queueLength = 4

    init(pace: WatchPace = WatchPace(), maximumWatchers: Int, logger: Logger, look: @escaping Look) {
        self.pace = pace
        self.maximumWatchers = maximumWatchers
        self.logger = logger
        self.look = look
    }

    /// Begins to watch; it ends when the stream, or its iterator, is given up.
    /// - Parameter disconnect: closes the connection of a watcher that does not keep up.
    /// - Returns: nil when there are too many watchers.
    func watch(disconnect: @escaping @Sendable () -> Void) -> AsyncStream<ByteBuffer>? {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(Self.queueLength))
        let isWelcome = state.withLock { state in
            guard state.watchers.count < maximumWatchers else { return false }
            let id = state.nextID
            state.nextID += 1
            continuation.onTermination = { [weak self] _ in self?.leave(id) }
            state.watchers[id] = Watcher(continuation: continuation, disconnect: disconnect)
            if let latest = state.latest { continuation.yield(latest) }
            if state.looking == nil { state.looking = Task { await self.lookAgainAndAgain() } }
            return true
        }
        return isWelcome ? stream : nil
    }

    private func leave(_ id: Int) {
        let ended = state.withLock { state -> Task<Void, Never>? in
            state.watchers[id] = nil
            guard state.watchers.isEmpty else { return nil }
            defer { state.looking = nil }
            state.latest = nil
            return state.looking
        }
        ended?.cancel()
    }

    /// Ends when it is cancelled, which the last watcher does.
    private func lookAgainAndAgain() async {
        var memory = ProgressWatch()
        var failures = 0
        while !Task.isCancelled {
            let event = await look(&memory)
            failures = event.isAvailable ? 0 : failures + 1
            guard hand(out: event.bytes) else { return }
            // Sleeping fails only when the task is cancelled.
            try? await Task.sleep(for: pace.pause(after: failures, random: .random(in: 0..<1)))
        }
    }

    /// - Returns: false when this task has been cancelled: another one may be at work by now.
    private func hand(out event: ByteBuffer) -> Bool {
        // Ending a stream calls back, so that is not done under the lock.
        let slow = state.withLock { state -> [Watcher]? in
            guard !Task.isCancelled else { return nil }
            state.latest = event
            return state.watchers.values.filter { watcher in
                if case .dropped = watcher.continuation.yield(event) { true } else { false }
            }
        }
        guard let slow else { return false }
        for watcher in slow {
            logger.warning("a watcher of events did not keep up and is disconnected")
            watcher.continuation.finish()
            watcher.disconnect()
        }
        return true
    }
}

/// How long an ``EventFeed`` waits between two looks.
struct WatchPace: Sendable {
    var interval = Duration.seconds(1)
    /// The longest wait while looking fails; a watcher takes longer silence for a lost connection.
    var longest = Duration.seconds(8)

    /// - Parameters:
    ///   - failures: looks in a row that failed.
    ///   - random: 0 to 1; spreads the waits after failures by a quarter, so that many servers do not ask at once.
    func pause(after failures: Int, random: Double) -> Duration {
        guard failures > 0 else { return interval }
        let doubled = interval * (1 << min(failures, 10))
        return min(longest, doubled) * (0.75 + random / 4)
    }
}

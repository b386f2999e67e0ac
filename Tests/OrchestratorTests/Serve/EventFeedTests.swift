import Logging
import NIOCore
import ServiceRuntime
import Synchronization
import TestSupport
import Testing

@testable import Orchestrator

@Suite("One look for all who watch", .timeLimit(.minutes(2)))
struct EventFeedTests {
    /// A feed whose looks are counted and numbered.
    private final class CountedFeed: Sendable {
        let looks = Mutex(0)
        let disconnected = Mutex(0)

        func feed(
            maximumWatchers: Int = 64, interval: Duration = .milliseconds(20), isAvailable: Bool = true
        ) -> EventFeed {
            EventFeed(
                pace: WatchPace(interval: interval, longest: interval * 8), maximumWatchers: maximumWatchers,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            ) { [self] _ in
                let number = looks.withLock { looks in
                    looks += 1
                    return looks
                }
                return EventFeed.Event(bytes: ByteBuffer(string: "\(number)"), isAvailable: isAvailable)
            }
        }

        func watch(_ feed: EventFeed) throws -> AsyncStream<ByteBuffer> {
            try #require(feed.watch { self.disconnected.withLock { $0 += 1 } })
        }

        var lookCount: Int { looks.withLock { $0 } }
    }

    @Test("fifty watchers see every look, and there are no more looks than one of them sees")
    func sharedLooks() async throws {
        let counted = CountedFeed()
        let feed = counted.feed()
        let streams = try (0..<50).map { _ in try counted.watch(feed) }
        let last = try await withThrowingTaskGroup(of: Int.self) { group in
            for stream in streams {
                group.addTask {
                    var numbers: [Int] = []
                    for await event in stream.prefix(10) { numbers.append(Int(String(buffer: event)) ?? 0) }
                    #expect(numbers.count == 10)
                    // Each look once, none left out.
                    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(numbers)")
                    return numbers.last ?? 0
                }
            }
            return try await group.reduce(0, max)
        }
        #expect(last <= 11)
        #expect(counted.disconnected.withLock { $0 } == 0)
    }

    @Test("nobody looks when nobody watches, and looking begins again with the next watcher")
    func onlyWhileWatched() async throws {
        let counted = CountedFeed()
        let feed = counted.feed()
        #expect(counted.lookCount == 0)
        for _ in 0..<3 {
            let before = counted.lookCount
            for await _ in try counted.watch(feed).prefix(2) {}
            #expect(counted.lookCount >= before + 2)
            // The look that was under way may still come to its end; no further one does.
            try await eventually(within: .seconds(30), "looking ends") {
                let count = counted.lookCount
                try await Task.sleep(for: .milliseconds(200))
                return counted.lookCount == count
            }
        }
    }

    @Test("whoever comes between two looks is told the last one at once")
    func latecomer() async throws {
        let counted = CountedFeed()
        let feed = counted.feed(interval: .seconds(3600))
        let first = try counted.watch(feed)
        for await event in first.prefix(1) { #expect(String(buffer: event) == "1") }
        let staying = try counted.watch(feed)
        var iterator = staying.makeAsyncIterator()
        #expect(await iterator.next().map { String(buffer: $0) } == "1")
        #expect(counted.lookCount == 1)
        withExtendedLifetime(first) {}
    }

    @Test("a watcher that does not keep up is disconnected; the others go on, and its place is free")
    func slowWatcher() async throws {
        let counted = CountedFeed()
        let feed = counted.feed(maximumWatchers: 2)
        let slow = try counted.watch(feed)
        let quick = try counted.watch(feed)
        #expect(feed.watch(disconnect: {}) == nil)
        var seen = 0
        for await _ in quick.prefix(EventFeed.queueLength + 5) { seen += 1 }
        #expect(seen == EventFeed.queueLength + 5)
        #expect(counted.disconnected.withLock { $0 } == 1)
        let next = feed.watch(disconnect: {})
        #expect(next != nil)
        // What was queued for it, and no more.
        var left = 0
        for await _ in slow { left += 1 }
        #expect(left == EventFeed.queueLength)
    }

    @Test("while looking fails, the next look comes later and later, but before a watcher gives up")
    func backoff() {
        let pace = WatchPace()
        #expect(pace.pause(after: 0, random: 0.5) == .seconds(1))
        #expect(pace.pause(after: 1, random: 1) == .seconds(2))
        #expect(pace.pause(after: 2, random: 0) == .seconds(3))
        #expect(pace.pause(after: 3, random: 1) == .seconds(8))
        #expect(pace.pause(after: 1000, random: 1) == .seconds(8))
        // The page takes 15 s of silence for a lost connection, and proxies at least 30 s.
        #expect(pace.longest + ProgressLook.deadline < .seconds(15))
    }
}

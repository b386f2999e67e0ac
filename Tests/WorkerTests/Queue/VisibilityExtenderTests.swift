import SQS
import Synchronization
import Testing

@testable import Worker

@Suite("Keeping received messages hidden")
struct VisibilityExtenderTests {
    private let messages = [TestMessage(1), TestMessage(2)].map(\.received.message)

    @Test("all messages that are held are extended, at each interval")
    func extends() async {
        let extended = Mutex<[[String]]>([])
        let extender = VisibilityExtender(
            messages, interval: .seconds(10),
            sleep: { interval in
                #expect(interval == .seconds(10))
                if extended.withLock({ $0.count }) == 3 { throw CancellationError() }
            }
        ) { messages in extended.withLock { $0.append(messages.map(\.messageID).sorted()) } }
        await extender.run()
        #expect(extended.withLock { $0 } == [["m1", "m2"], ["m1", "m2"], ["m1", "m2"]])
    }

    @Test("a message that was released is not extended any more, and with the last one it ends")
    func released() async {
        let extended = Mutex<[[String]]>([])
        let extender = VisibilityExtender(messages, interval: .seconds(10), sleep: { _ in }) { messages in
            extended.withLock { $0.append(messages.map(\.messageID)) }
        }
        await extender.release([messages[0]])
        let running = Task { await extender.run() }
        while extended.withLock({ $0.isEmpty }) { await Task.yield() }
        await extender.release([messages[1]])
        await running.value
        #expect(extended.withLock { $0.allSatisfy { $0 == ["m2"] } })
    }

    @Test("a release waits for the extension under way, also when that is told to end meanwhile")
    func releaseWaits() async {
        let isUnderWay = Signal()
        let mayEnd = Signal()
        let events = Mutex<[String]>([])
        let extender = VisibilityExtender(messages, interval: .zero, sleep: { _ in try Task.checkCancellation() }) {
            _ in
            isUnderWay.set()
            await mayEnd.wait()
            events.withLock { $0.append("extended") }
        }
        let running = Task { await extender.run() }
        await isUnderWay.wait()
        let releasing = Task { [messages] in
            await extender.release(messages)
            events.withLock { $0.append("released") }
        }
        running.cancel()
        for _ in 0..<100 { await Task.yield() }
        #expect(events.withLock { $0 } == [])
        mayEnd.set()
        await releasing.value
        await running.value
        #expect(events.withLock { $0 } == ["extended", "released"])
    }

    @Test("SQS hears that messages are given back only after the last extension of them")
    func order() async throws {
        let isExtending = Signal()
        let mayArrive = Signal()
        let shutdown = ShutdownFlag()
        // A batch that takes until its messages have been extended once; the heartbeat's interval is 10 s / 3.
        let database = ScriptedDatabase(applying: { _ in
            await isExtending.wait()
            shutdown.begin()
        })
        let queue = ScriptedQueue(
            [.messages([TestMessage(1), TestMessage(2)])], visibilityTimeout: 10,
            arriving: { event in
                guard event.hasSuffix("for 10") else { return }
                isExtending.set()
                // Slower on its way than the end of the work.
                await mayArrive.wait()
            }, exhausted: { shutdown.begin() })
        let bench = try await ConsumerBench(queue: queue, database: database, shutdown: shutdown)
        let running = Task { await bench.run() }
        await isExtending.wait()
        while database.applied.isEmpty { await Task.yield() }
        for _ in 0..<1000 { await Task.yield() }
        #expect(queue.changes == [])
        mayArrive.set()
        await running.value
        let events = queue.changes
        #expect(events.count == 3)
        #expect(events.first?.hasSuffix("for 10") == true, "\(events)")
        #expect(Array(events.dropFirst()) == ["delete m1", "hide m2 for 0"])
    }
}

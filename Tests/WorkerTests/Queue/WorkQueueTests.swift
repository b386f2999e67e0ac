import Testing

@testable import Worker

@Suite("The queue as a consumer sees it")
struct WorkQueueTests {
    @Test("the attributes that decide how to work on it are read")
    func attributes() async throws {
        let queue = try await ScriptedQueue([], visibilityTimeout: 120, maximumReceives: 7, exhausted: {}).workQueue()
        #expect(queue.visibilityTimeout == .seconds(120))
        #expect(queue.maximumReceives == 7)
        #expect(try await ScriptedQueue([], maximumReceives: nil, exhausted: {}).workQueue().maximumReceives == nil)
    }

    @Test("a queue whose messages come back before a heartbeat can keep them is refused in words", arguments: [0, 9])
    func tooShort(visibilityTimeout: Int) async throws {
        let error = await #expect(throws: UnfitQueue.self) {
            try await ScriptedQueue([], visibilityTimeout: visibilityTimeout, exhausted: {}).workQueue()
        }
        #expect(error?.description.contains("VisibilityTimeout") == true)
    }

    @Test("nothing is said to the queue about no messages")
    func nothing() async throws {
        let scripted = ScriptedQueue([], exhausted: {})
        let queue = try await scripted.workQueue()
        await queue.delete([])
        await queue.hide([], for: .zero)
        #expect(scripted.events == [])
    }
}

import Testing

@testable import CurlHTTP

@Suite("Who gets a connection")
struct AdmissionQueueTests {
    func id(_ number: UInt64) -> TransferID { TransferID(number: number) }

    @Test("as many as allowed run, the others follow in order")
    func order() {
        var queue = AdmissionQueue(maximumPerOrigin: 2)
        #expect((1...4).map { queue.admit(id($0), to: "a") } == [true, true, false, false])
        #expect(queue.finished("a") == id(3))
        #expect(queue.finished("a") == id(4))
        #expect(queue.finished("a") == nil)
        #expect(queue.admit(id(5), to: "a") == true)
        #expect(queue.admit(id(6), to: "a") == false)
    }

    @Test("origins do not hold each other up")
    func origins() {
        var queue = AdmissionQueue(maximumPerOrigin: 1)
        #expect(queue.admit(id(1), to: "a") == true)
        #expect(queue.admit(id(2), to: "a") == false)
        #expect(queue.admit(id(3), to: "b") == true)
        #expect(queue.finished("b") == nil)
        #expect(queue.finished("a") == id(2))
    }

    @Test("one that gave up is not called")
    func withdrawn() {
        var queue = AdmissionQueue(maximumPerOrigin: 1)
        _ = queue.admit(id(1), to: "a")
        _ = queue.admit(id(2), to: "a")
        _ = queue.admit(id(3), to: "a")
        queue.withdraw(id(2), from: "a")
        queue.withdraw(id(9), from: "a")
        #expect(queue.finished("a") == id(3))
        #expect(queue.finished("a") == nil)
        #expect(queue.finished("a") == nil)
    }
}

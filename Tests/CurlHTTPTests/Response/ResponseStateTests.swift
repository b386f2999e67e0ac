import Testing

@testable import CurlHTTP

@Suite("The bounded buffer between a transfer and its reader")
struct ResponseStateTests {
    let error = HTTPClientError(code: .truncated, method: "GET", host: "h:1", detail: "")
    let cancelled = HTTPClientError(code: .cancelled, method: "GET", host: "h:1", detail: "")

    func offer(_ bytes: [UInt8], to state: inout ResponseState) -> ResponseState.Offer {
        bytes.withUnsafeBytes { state.offer($0) }
    }

    @Test("pieces that wait are taken together")
    func coalesced() {
        var state = ResponseState(highWaterBytes: 10, chunkBytes: 10)
        #expect(offer([1, 2], to: &state) == .accepted)
        #expect(offer([3], to: &state) == .accepted)
        #expect(state.takeChunk() == .bytes([1, 2, 3], resumesTransfer: false))
        #expect(state.takeChunk() == .notYet)
    }

    @Test("a full buffer pauses the transfer, and the same bytes count once")
    func paused() {
        var state = ResponseState(highWaterBytes: 4, chunkBytes: 4)
        #expect(offer([1, 2, 3, 4], to: &state) == .accepted)
        #expect(offer([5, 6], to: &state) == .pause)
        #expect(offer([5, 6], to: &state) == .pause)
        #expect(state.bytesReceived == 4)
        #expect(state.takeChunk() == .bytes([1, 2, 3, 4], resumesTransfer: true))
        #expect(offer([5, 6], to: &state) == .accepted)
        #expect(state.bytesReceived == 6)
        #expect(state.takeChunk() == .bytes([5, 6], resumesTransfer: false))
    }

    @Test("what arrived before a failure is read before the failure")
    func failureComesLast() {
        var state = ResponseState(highWaterBytes: 4, chunkBytes: 4)
        _ = offer([1], to: &state)
        state.end(error)
        #expect(state.takeChunk() == .bytes([1], resumesTransfer: false))
        #expect(state.takeChunk() == .failure(error))
        #expect(state.takeChunk() == .failure(error))
    }

    @Test("the first ending counts")
    func firstEnding() {
        var state = ResponseState(highWaterBytes: 4, chunkBytes: 4)
        state.end(nil)
        state.end(error)
        #expect(state.takeChunk() == .end)
        #expect(offer([1], to: &state) == .refused)
    }

    @Test("cancellation is answered at once, drops what was buffered, and stops a transfer once")
    func cancellation() {
        var state = ResponseState(highWaterBytes: 1, chunkBytes: 1)
        _ = offer([1], to: &state)
        #expect(offer([2], to: &state) == .pause)
        #expect(state.cancel(cancelled) == true)
        #expect(state.cancel(cancelled) == false)
        #expect(state.takeChunk() == .failure(cancelled))
        #expect(offer([2], to: &state) == .refused)
        state.end(nil)
        #expect(state.takeChunk() == .failure(cancelled))
    }

    @Test("cancelling after the end leaves no transfer to stop")
    func cancelledLate() {
        var state = ResponseState(highWaterBytes: 1, chunkBytes: 1)
        state.end(nil)
        #expect(state.cancel(cancelled) == false)
    }

    @Test("a head is given out when it is there, a failure in its place otherwise")
    func heads() {
        var state = ResponseState(highWaterBytes: 1, chunkBytes: 1)
        #expect(state.takeHead() == nil)
        state.receive(ResponseHead(status: 200, headers: [:]))
        state.end(error)
        #expect((try? state.takeHead()?.get())?.status == 200)

        var failed = ResponseState(highWaterBytes: 1, chunkBytes: 1)
        failed.end(error)
        #expect(throws: error) { try failed.takeHead()?.get() }
    }
}

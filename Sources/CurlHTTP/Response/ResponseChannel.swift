internal import Synchronization

/// Joins the transfer on the event loop's thread with the one task that reads its response.
///
/// The lock is held for a copy of one piece at most. At most one reader waits; the side that takes the continuation out of the state resumes
/// it, so it is resumed exactly once, also when end, cancellation and shutdown meet.
final class ResponseChannel: Sendable {
    let id: TransferID
    private let request: PreparedRequest
    private let mailbox: Mailbox
    private let state: Mutex<State>

    private struct State {
        var response: ResponseState
        var reader: Reader?

        func isReady(for wants: Interest) -> Bool {
            switch wants {
            case .head: response.hasHeadOrFailure
            case .chunk: response.hasChunkOrEnd
            }
        }

        mutating func takeReadyReader() -> CheckedContinuation<Void, Never>? {
            guard let reader, isReady(for: reader.wants) else { return nil }
            self.reader = nil
            return reader.continuation
        }
    }

    private struct Reader {
        var wants: Interest
        var continuation: CheckedContinuation<Void, Never>
    }

    private enum Interest { case head, chunk }

    init(request: PreparedRequest, configuration: HTTPClientConfiguration, mailbox: Mailbox) {
        id = mailbox.makeTransferID()
        self.request = request
        self.mailbox = mailbox
        state = Mutex(
            State(
                response: ResponseState(
                    highWaterBytes: configuration.streamBufferBytes,
                    chunkBytes: min(configuration.streamBufferBytes, Transfer.receiveBufferBytes))))
    }

    // MARK: The transfer's side, on the event loop's thread

    var isCancelled: Bool { state.withLock { $0.response.cancellation != nil } }
    var bytesReceived: Int64 { state.withLock { $0.response.bytesReceived } }

    func receive(_ head: ResponseHead) {
        state.withLock { $0.response.receive(head) }
    }

    func offer(_ bytes: UnsafeRawBufferPointer) -> ResponseState.Offer {
        state.withLock { $0.response.offer(bytes) }
    }

    func end(_ error: HTTPClientError?) {
        state.withLock { $0.response.end(error) }
    }

    /// Lets the reader go on if there is something for it. Called once after a turn of the loop, not for every piece.
    func wakeReader() {
        let reader = state.withLock { $0.takeReadyReader() }
        reader?.resume()
    }

    // MARK: The reader's side

    func head() async throws(HTTPClientError) -> ResponseHead {
        while true {
            if let head = state.withLock({ $0.response.takeHead() }) { return try head.get() }
            await changed(.head)
        }
    }

    /// The next bytes of the body as they came from the network; `nil` when it is complete.
    func nextChunk() async throws(HTTPClientError) -> [UInt8]? {
        while true {
            if Task.isCancelled { cancel() }
            switch state.withLock({ $0.response.takeChunk() }) {
            case .bytes(let bytes, let resumesTransfer):
                if resumesTransfer { mailbox.post(.resume(id)) }
                return bytes
            case .end: return nil
            case .failure(let error): throw error
            case .notYet: await changed(.chunk)
            }
        }
    }

    /// Gives the response up: the reader gets the error at once, the transfer is stopped by its own thread.
    func cancel(_ code: HTTPClientError.Code = .cancelled, _ detail: String = "the caller gave the request up") {
        let error = request.failure(code, detail)
        let (isTransferLeft, reader) = state.withLock { ($0.response.cancel(error), $0.takeReadyReader()) }
        reader?.resume()
        if isTransferLeft { mailbox.post(.cancel(id)) }
    }

    func failure(_ code: HTTPClientError.Code, _ detail: String) -> HTTPClientError { request.failure(code, detail) }

    private func changed(_ wants: Interest) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    if state.isReady(for: wants) { return continuation }
                    state.reader = Reader(wants: wants, continuation: continuation)
                    return nil
                }
                immediate?.resume()
            }
        } onCancel: {
            cancel()
        }
    }
}

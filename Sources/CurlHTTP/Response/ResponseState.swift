/// What one response has brought and its reader has not yet taken: the rules of the bounded buffer, without locks or threads.
///
/// The transfer calls ``receive(_:)``, ``offer(_:)`` and ``end(_:)``; the reader calls ``takeHead()`` and ``takeChunk()``; either may
/// ``cancel(_:)``.
struct ResponseState {
    enum Offer: Equatable {
        case accepted
        /// Nothing was taken: the same bytes are to be offered again after the reader has made room.
        case pause
        /// Nobody reads any more.
        case refused
    }

    enum Chunk: Equatable {
        case bytes([UInt8], resumesTransfer: Bool)
        case end
        case failure(HTTPClientError)
        case notYet
    }

    private enum Ending {
        case complete
        case failed(HTTPClientError)
    }

    let highWaterBytes: Int
    /// The bytes to make room for at once when a body comes in large pieces.
    let chunkBytes: Int
    private var head: ResponseHead?
    private var buffer: [UInt8] = []
    private var ending: Ending?
    private(set) var cancellation: HTTPClientError?
    private(set) var isPaused = false
    /// Bytes of the body accepted so far, each counted once however often it was offered.
    private(set) var bytesReceived: Int64 = 0

    init(highWaterBytes: Int, chunkBytes: Int) {
        self.highWaterBytes = highWaterBytes
        self.chunkBytes = chunkBytes
    }

    var isOver: Bool { cancellation != nil || ending != nil }
    var hasHeadOrFailure: Bool { head != nil || isOver }
    var hasChunkOrEnd: Bool { !buffer.isEmpty || isOver }

    // MARK: The transfer's side

    mutating func receive(_ head: ResponseHead) {
        guard !isOver else { return }
        self.head = head
    }

    /// Accepts while the buffer is below its high-water mark, so it holds at most the mark and one piece more.
    mutating func offer(_ bytes: UnsafeRawBufferPointer) -> Offer {
        guard !isOver else { return .refused }
        guard buffer.count < highWaterBytes else {
            isPaused = true
            return .pause
        }
        if buffer.isEmpty, bytes.count >= Self.largePieceBytes { buffer.reserveCapacity(chunkBytes) }
        buffer.append(contentsOf: bytes)
        bytesReceived += Int64(bytes.count)
        return .accepted
    }

    /// Notes how the transfer ended; `nil`: the response is complete. What was received before stays readable.
    mutating func end(_ error: HTTPClientError?) {
        guard !isOver else { return }
        ending = error.map { .failed($0) } ?? .complete
    }

    // MARK: The reader's side

    mutating func takeHead() -> Result<ResponseHead, HTTPClientError>? {
        if let cancellation { return .failure(cancellation) }
        if let head { return .success(head) }
        if case .failed(let error) = ending { return .failure(error) }
        return nil
    }

    mutating func takeChunk() -> Chunk {
        if let cancellation { return .failure(cancellation) }
        if !buffer.isEmpty {
            var chunk: [UInt8] = []
            swap(&chunk, &buffer)
            let resumes = isPaused && ending == nil
            isPaused = false
            return .bytes(chunk, resumesTransfer: resumes)
        }
        switch ending {
        case .complete: return .end
        case .failed(let error): return .failure(error)
        case nil: return .notYet
        }
    }

    /// Gives the response up. Returns whether a transfer is left to be stopped.
    mutating func cancel(_ error: HTTPClientError) -> Bool {
        guard cancellation == nil else { return false }
        cancellation = error
        buffer = []
        isPaused = false
        return ending == nil
    }

    /// libcurl's largest piece (`CURL_MAX_WRITE_SIZE`): it comes only when more is waiting behind it.
    private static let largePieceBytes = 16 << 10
}

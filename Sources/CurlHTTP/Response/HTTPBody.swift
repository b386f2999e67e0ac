internal import Synchronization

/// The body of a response, to be read once, in order, by one reader.
///
/// It ends only when the transfer was complete; a cut body throws ``HTTPClientError/Code/truncated`` after the bytes that did arrive.
/// A chunk is empty when bytes came that decode to nothing: a reader that limits how long it waits for content keeps that time itself.
/// A reader that is slow pauses the transfer. Dropping the body, or cancelling the task that reads it, ends the transfer.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPClientError

    private let source: BodySource

    init(channel: ResponseChannel, label: ContentCoding?) {
        source = BodySource(channel: channel, label: label)
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(source: source)
    }

    package struct Iterator: AsyncIteratorProtocol {
        private let source: BodySource
        private let isOwner: Bool
        private var decoder: BodyDecoder?

        init(source: BodySource) {
            self.source = source
            isOwner = source.claim()
            decoder = source.label.map(BodyDecoder.init(label:))
        }

        package mutating func next() async throws(HTTPClientError) -> [UInt8]? {
            try await next(isolation: nil)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPClientError) -> [UInt8]? {
            let channel = source.channel
            guard isOwner else { throw channel.failure(.bodyAlreadyRead, "another reader has begun to read this body") }
            guard decoder != nil else { return try await channel.nextChunk() }
            var hasSupplied = false
            while true {
                if Task.isCancelled { channel.cancel() }
                if let bytes = try decoded({ (decoder) throws(ContentDecodingError) in try decoder.next() }) {
                    return bytes
                }
                if decoder?.inputEnded == true {
                    try decoded { (decoder) throws(ContentDecodingError) in try decoder.finish() }
                    return nil
                }
                // Bytes that stand for nothing, such as empty blocks or zeros behind the end, must not keep a reader waiting for ever.
                if hasSupplied { return [] }
                if let chunk = try await channel.nextChunk() {
                    decoder?.supply(chunk)
                    hasSupplied = true
                } else {
                    // The last few bytes may be what it waited with.
                    decoder?.endInput()
                }
            }
        }

        /// Runs a step of the decoder; its failure ends the transfer and stays the answer to every further call.
        private mutating func decoded<R>(_ step: (inout BodyDecoder) throws(ContentDecodingError) -> R?)
            throws(HTTPClientError) -> R?
        {
            guard var decoder else { return nil }
            defer { self.decoder = decoder }
            do {
                return try step(&decoder)
            } catch {
                let code: HTTPClientError.Code =
                    switch error {
                    case .cutShort: .truncated
                    case .damaged: .decoding
                    case .unsupported: .unsupportedCoding
                    case .noMemory: .internalFailure
                    }
                source.channel.cancel(code, error.description)
                throw source.channel.failure(code, error.description)
            }
        }
    }
}

/// Ties a transfer's life to those who can still read it.
final class BodySource: Sendable {
    let channel: ResponseChannel
    /// What the response says of its coding; `nil`: the body is not looked into.
    let label: ContentCoding?
    private let isClaimed = Atomic(false)

    init(channel: ResponseChannel, label: ContentCoding?) {
        self.channel = channel
        self.label = label
    }

    deinit {
        channel.cancel(.cancelled, "nobody reads the response any more")
    }

    /// Returns whether the caller is the first to ask.
    func claim() -> Bool {
        !isClaimed.exchange(true, ordering: .relaxed)
    }
}

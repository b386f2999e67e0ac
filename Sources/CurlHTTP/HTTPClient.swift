package import Logging

/// An HTTP/1.1 client with a pool of kept-alive connections, on one thread of its own.
///
/// Requests are sent exactly as given and redirects are returned, not followed. A request that meets a kept-alive connection which the
/// server has just closed is sent again on a new one, as long as not a byte of a response had come: a server can so get one twice.
///
/// Ends with ``shutdown()``; a client that is dropped without it ends by itself, together with the requests under way.
package final class HTTPClient: Sendable {
    private let configuration: HTTPClientConfiguration
    private let eventLoop: EventLoop

    /// Starts the client's thread. No connection is made before the first request.
    package init(configuration: HTTPClientConfiguration = .init(), logger: Logger) {
        self.configuration = configuration
        eventLoop = EventLoop(configuration: configuration, logger: logger)
    }

    deinit {
        eventLoop.mailbox.stop()
    }

    /// Sends a request and reads the whole response, whatever its status.
    ///
    /// - Parameter maximumBodyBytes: the most that the (decoded) body may have.
    /// - Throws: ``HTTPClientError``; `bodyTooLarge` for a longer body. Cancelling the task throws `cancelled` at once.
    package func execute(
        _ request: HTTPRequest, maximumBodyBytes: Int = 8 << 20
    ) async throws(HTTPClientError) -> HTTPResponse {
        let (prepared, channel, head) = try await start(request)
        let tooLarge = "the body has more than the \(maximumBodyBytes) bytes allowed"
        let label = try label(of: head, prepared, channel)
        if label == nil || label == .identity, prepared.method != "HEAD",
            let length = head.headers["Content-Length"].flatMap(Int.init),
            length > maximumBodyBytes
        {
            channel.cancel(.bodyTooLarge, tooLarge)
            throw prepared.failure(.bodyTooLarge, tooLarge)
        }
        var chunks = HTTPBody(channel: channel, label: label).makeAsyncIterator()
        var body: [UInt8] = []
        while let chunk = try await chunks.next() {
            guard body.count + chunk.count <= maximumBodyBytes else {
                channel.cancel(.bodyTooLarge, tooLarge)
                throw prepared.failure(.bodyTooLarge, tooLarge)
            }
            // Most responses come in one piece, which then is not copied.
            if body.isEmpty { body = chunk } else { body += chunk }
        }
        return HTTPResponse(status: head.status, headers: head.headers, body: body)
    }

    /// Sends a request and returns when the head of the response is there, whatever its status.
    ///
    /// The body is to be read, or dropped: it holds a connection until then.
    ///
    /// - Throws: ``HTTPClientError``. Cancelling the task throws `cancelled` at once.
    package func open(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponseStream {
        let (prepared, channel, head) = try await start(request)
        return HTTPResponseStream(
            status: head.status, headers: head.headers,
            body: HTTPBody(channel: channel, label: try label(of: head, prepared, channel)),
            isDelimited: head.isDelimited(method: prepared.method))
    }

    /// Ends all requests under way with `shutdown`, refuses new ones, and returns when all connections are closed.
    package func shutdown() async {
        await eventLoop.shutdown()
    }

    private func start(_ request: HTTPRequest) async throws(HTTPClientError) -> (
        PreparedRequest, ResponseChannel, ResponseHead
    ) {
        let prepared = try PreparedRequest(request, configuration: configuration)
        guard !Task.isCancelled else { throw prepared.failure(.cancelled, "the caller gave the request up") }
        let channel = ResponseChannel(request: prepared, configuration: configuration, mailbox: eventLoop.mailbox)
        switch eventLoop.mailbox.submit(TransferOrder(request: prepared, channel: channel, submittedAt: .now)) {
        case .accepted: break
        case .closed: throw prepared.failure(.shutdown, "the client was shut down")
        case .full:
            throw prepared.failure(.tooManyRequests, "\(configuration.maximumRequests) requests are under way already")
        }
        return (prepared, channel, try await channel.head())
    }

    private func label(
        of head: ResponseHead, _ request: PreparedRequest, _ channel: ResponseChannel
    ) throws(HTTPClientError) -> ContentCoding? {
        guard request.decodesContent else { return nil }
        do {
            return try ContentCoding.coding(of: head.headers)
        } catch {
            channel.cancel(.unsupportedCoding, error.description)
            throw request.failure(.unsupportedCoding, error.description)
        }
    }
}

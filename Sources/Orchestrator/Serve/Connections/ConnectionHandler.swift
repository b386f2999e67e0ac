import HTTPTypes
import Logging
import NIOCore
import NIOHTTPTypes

/// Watches one connection: its clocks, its place, and that a refusal ends it.
///
/// Runs on the connection's event loop, between the HTTP codec and the application.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let places: ConnectionPlaces<any Channel>
    private let logger: Logger

    private var ticket: UInt64?
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    /// Whether the request under way has not come to its end.
    private var isReading = false
    /// Requests that came and are not answered: a client may send several before it reads.
    private var unanswered = 0
    private var closesAfterAnswer = false
    /// Whether the answer being written stands in for one that the server wrote without a document.
    private var replacesBody = false

    init(limits: ConnectionLimits, places: ConnectionPlaces<any Channel>, logger: Logger) {
        self.limits = limits
        self.places = places
        self.logger = logger
    }

    // MARK: Its life

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { open(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        open(context)
        context.fireChannelActive()
    }

    private func open(_ context: ChannelHandlerContext) {
        guard ticket == nil else { return }
        let (ticket, evicted) = places.enter(context.channel)
        self.ticket = ticket
        if let evicted {
            logger.debug("a connection without a request made room for another")
            evicted.close(promise: nil)
        }
        wait(limits.firstHead, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    private func stop() {
        deadline?.cancel()
        stall?.cancel()
        if let ticket { places.leave(ticket) }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReading = true
            unanswered += 1
            guard unanswered <= limits.pipelined else {
                context.close(promise: nil)
                return
            }
            if let ticket { places.begin(ticket) }
            wait(limits.body, context)
        case .body: break
        case .end:
            isReading = false
            deadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    /// Starts the one clock of the connection anew. Only a step that is complete does.
    private func wait(_ limit: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            // What the application answers has these headers. What the parser answers has not.
            replacesBody = head.status.code == 400 && head.headerFields[.xContentTypeOptions] == nil
            if isReading || replacesBody { closesAfterAnswer = true }
            if replacesBody {
                let document = Self.parserProblem
                head = document.head
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(document.body)), promise: promise)
                return
            }
            if closesAfterAnswer { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body where replacesBody:
            promise?.succeed()
        case .body:
            context.write(data, promise: promise)
        case .end:
            unanswered = max(0, unanswered - 1)
            guard closesAfterAnswer else {
                context.write(data, promise: promise)
                if unanswered == 0, !isReading {
                    if let ticket { places.end(ticket, context.channel) }
                    wait(limits.idle, context)
                }
                return
            }
            context.writeAndFlush(data, promise: promise)
            context.close(promise: nil)
        }
    }

    /// The document for a request that is no HTTP: the parser refused it before the application saw it.
    private static var parserProblem: (head: HTTPResponse, body: ByteBuffer) {
        let body = ByteBuffer(
            string:
                #"{"type":"about:blank","title":"Bad Request","status":400,"detail":"the request is not valid HTTP"}"#)
        var head = HTTPResponse(status: .badRequest)
        head.headerFields[.contentType] = "application/problem+json"
        head.headerFields[.contentLength] = String(body.readableBytes)
        head.headerFields[.connection] = "close"
        for (name, value) in SecurityHeaders.all { head.headerFields[name] = value }
        return (head, body)
    }

    // MARK: Readers

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        if context.channel.isWritable {
            if let ticket, unanswered > 0 { places.begin(ticket) }
        } else {
            // A reader that stalls must not hold a place: it can be evicted.
            if let ticket { places.end(ticket, context.channel) }
            let channel = context.channel
            stall = context.eventLoop.scheduleTask(in: limits.stalledReader) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }
}

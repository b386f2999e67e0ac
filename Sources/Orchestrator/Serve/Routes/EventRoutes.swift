import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres
import ServiceLifecycle

/// `/events`: the newest sync once a second, as server-sent events.
struct EventRoutes: Sendable {
    private let feed: EventFeed

    /// Streams at once. They share one look at the database, but each holds a connection: half of those that the server takes.
    static let maximumWatchers = 64
    /// A stream ends after so many events, and the client opens a new one: a dead client is not served for ever.
    private static let eventsPerStream = 900

    init(pool: PostgresPool, supervisor: SyncSupervisor, logger: Logger) {
        let look = ProgressLook(pool: pool, supervisor: supervisor)
        feed = EventFeed(maximumWatchers: Self.maximumWatchers, logger: logger) { await look.event(&$0) }
    }

    func add(to router: Router<ConnectionContext>) {
        router.endpoint("/events", [.get: { request, context in try open(request, context.channel) }])
    }

    private func open(_ request: Request, _ channel: any Channel) throws -> Response {
        try request.allowsQuery()
        // nginx holds answers back unless it is told not to: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
        let headers: HTTPFields = [.contentType: "text/event-stream", .accelBuffering: "no"]
        // A look at HEAD must not hold a place.
        guard request.method != .head else { return Response(status: .ok, headers: headers) }
        guard let events = feed.watch(disconnect: { channel.close(mode: .all, promise: nil) }) else {
            throw Problem(
                .serviceUnavailable, "\(Self.maximumWatchers) clients watch already", headers: [.retryAfter: "10"])
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                for await event in events.prefix(Self.eventsPerStream).cancelOnGracefulShutdown() {
                    try await writer.write(event)
                }
                try await writer.finish(nil)
            })
    }
}

/// What is known of a request, with the connection that it came on.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

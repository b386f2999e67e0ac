import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import UnixSignals

/// The HTTP side: checks the key, draws each request's fate, and streams the body.
struct SimulatorServer: Sendable {
    static let path = "/external/users"

    let data: DataProfile
    let serving: ServingProfile
    let faults: FaultProfile
    let apiKey: String
    let logger: Logger

    /// Serves until a signal or cancellation; streams under way are broken off.
    ///
    /// - Parameter onListening: called with the port once connections are accepted.
    func run(
        host: String, port: Int, stopsOnSignals: Bool, onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let application = Application(
            router: router(),
            configuration: .init(address: .hostname(host, port: port), serverName: "legacy-simulator"),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: quiet
        )
        var configuration = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: stopsOnSignals ? [.sigterm, .sigint] : [], logger: quiet)
        // A stream may be waiting for a client that reads nothing.
        configuration.maximumGracefulShutdownDuration = .seconds(2)
        try await ServiceGroup(configuration: configuration).run()
    }

    /// The libraries' own log, which says little that an operator needs.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }

    private func router() -> Router<BasicRequestContext> {
        let sequence = FaultState(FaultSequence(faults, seed: data.seed, users: data.users))
        let router = Router()
        router.get("healthz") { _, _ in "ok\n" }
        router.get("external/users") { request, _ in
            guard request.headers.first(where: { $0.name.canonicalName == "x-api-key" })?.value == apiKey else {
                logger.info("refused a request without the right key", metadata: ["status": "401"])
                return failure(.unauthorized, "Unauthorized")
            }
            switch sequence.next() {
            case .internalError:
                logger.info("refused a request as planned", metadata: ["status": "500"])
                return failure(.internalServerError, "Internal server error")
            case .tooManyRequests(let retryAfterSeconds):
                logger.info("refused a request as planned", metadata: ["status": "429"])
                var response = failure(.tooManyRequests, "Too many requests")
                if let retryAfterSeconds { response.headers[.retryAfter] = String(retryAfterSeconds) }
                return response
            case .stream(let plan):
                return stream(plan)
            }
        }
        return router
    }

    private func failure(_ status: HTTPResponse.Status, _ message: String) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: #"{"statusCode":\#(status.code),"message":"\#(message)"}"#)))
    }

    private func stream(_ plan: StreamPlan) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if serving.coding != .identity { headers[.contentEncoding] = serving.coding.rawValue }
        let body = BodyStream(data: data, serving: serving, plan: plan)
        var logger = logger
        logger[metadataKey: "stream"] = "\(plan.number)"
        return Response(
            status: .ok, headers: headers,
            body: .init { [logger] writer in
                let started = ContinuousClock.now
                logger.info("stream started")
                do {
                    let sent = try await body.send { try await writer.write($0) }
                    try await writer.finish(nil)
                    logger.info(
                        "stream complete",
                        metadata: [
                            "users": "\(sent.users)", "bytes": "\(sent.bytes)",
                            "took": "\(ContinuousClock.now - started)",
                        ])
                } catch {
                    logger.info(
                        "stream ended early",
                        metadata: ["reason": "\(error)", "took": "\(ContinuousClock.now - started)"])
                    throw error
                }
            })
    }
}

/// The one fault sequence that all connections draw from.
private final class FaultState: Sendable {
    private let sequence: Mutex<FaultSequence>

    init(_ sequence: FaultSequence) { self.sequence = Mutex(sequence) }

    func next() -> FaultSequence.Outcome { sequence.withLock { $0.next() } }
}

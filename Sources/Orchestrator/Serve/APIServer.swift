import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Postgres

/// The HTTP side: its routes, its limits, and where it listens.
struct APIServer: Sendable {
    let configuration: ServingConfiguration
    /// Where the queue and the database are.
    let settings: SyncSettings
    let pool: PostgresPool
    let supervisor: SyncSupervisor
    /// The schedule of this process; nil when it has none.
    var schedule: ScheduleState?
    let logger: Logger

    var limits = ConnectionLimits()

    /// Connections above the limit that may be open for a moment, while another one makes room.
    private static let spareConnections = 32

    /// The server as a service.
    func application() -> some ApplicationProtocol {
        let places = ConnectionPlaces<any Channel>(limit: limits.connections)
        return Application(
            router: router(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionHandler(limits: limits, places: places, logger: logger)])),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections + Self.spareConnections)),
            onServerRunning: { [logger, configuration] channel in
                logger.info(
                    "listening",
                    metadata: [
                        "host": "\(configuration.host)",
                        "port": "\(channel.localAddress?.port ?? configuration.port)",
                        "token": configuration.access.token == nil ? "none: loopback is trusted" : "required",
                    ])
            },
            logger: quiet
        )
    }

    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }

    /// All that is served.
    func router() -> Router<ConnectionContext> {
        let router = Router(context: ConnectionContext.self)
        router.add(middleware: AnswerMiddleware(logger: logger))
        router.add(middleware: AccessMiddleware(access: configuration.access))
        router.add(middleware: BusyMiddleware(limit: limits.requests))
        SyncRoutes(pool: pool, supervisor: supervisor).add(to: router)
        ReportRoutes(pool: pool).add(to: router)
        DeadLetterRoutes(settings: settings, logger: logger).add(to: router)
        SourceRoutes(pool: pool).add(to: router)
        UserRoutes(pool: pool).add(to: router)
        UserExportRoutes(pool: pool, logger: logger).add(to: router)
        HealthRoutes(pool: pool, logger: logger).add(to: router)
        VerdictRoutes(
            settings: settings, pool: pool, usesLambda: configuration.usesLambda, schedule: schedule, logger: logger
        ).add(to: router)
        EventRoutes(pool: pool, supervisor: supervisor, logger: logger).add(to: router)
        DocumentRoutes().add(to: router)
        return router
    }
}

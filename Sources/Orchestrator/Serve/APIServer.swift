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
    let logger: Logger

    /// Connections at once; more wait in the kernel's queue.
    private static let maximumConnections = 128
    /// A connection that sends nothing is closed after this; an event stream writes every second.
    private static let idleTimeout = TimeAmount.seconds(60)

    /// The server as a service.
    func application() -> some ApplicationProtocol {
        Application(
            router: router(),
            server: .http1(configuration: .init(idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
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
        SyncRoutes(pool: pool, supervisor: supervisor).add(to: router)
        ReportRoutes(pool: pool).add(to: router)
        DeadLetterRoutes(settings: settings, logger: logger).add(to: router)
        UserRoutes(pool: pool).add(to: router)
        HealthRoutes(pool: pool, logger: logger).add(to: router)
        EventRoutes(pool: pool, supervisor: supervisor, logger: logger).add(to: router)
        DocumentRoutes().add(to: router)
        return router
    }
}

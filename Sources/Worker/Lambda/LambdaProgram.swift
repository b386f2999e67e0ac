import CoreMetrics
import CurlHTTP
import LambdaRuntime
import Logging
import Postgres
import ServiceLifecycle
import ServiceRuntime
import SyncStorage

/// `worker run` inside Lambda: puts the function's parts together and runs it.
struct LambdaProgram {
    /// Host and port of Lambda's interface.
    let address: String
    let settings: Settings
    let export: MetricsExport
    let logger: Logger

    /// - Parameter lifecycle: how a service is run until it ends or is told to stop.
    func run(lifecycle: (any Service) -> ServiceGroupConfiguration) async throws {
        // Lambda's interface is on this machine, and sometimes on a link-local address.
        let http = HTTPClient(
            configuration: HTTPClientConfiguration(allowsPlaintextToRemote: true, userAgent: "user-sync"),
            logger: logger)
        do {
            try await run(http, lifecycle)
        } catch {
            await http.shutdown()
            throw error
        }
        await http.shutdown()
    }

    private func run(_ http: HTTPClient, _ lifecycle: (any Service) -> ServiceGroupConfiguration) async throws {
        let client = try LambdaRuntimeClient(address: address, http: http)
        let configuration: LambdaConfiguration
        do {
            configuration = try LambdaConfiguration(settings)
        } catch {
            await client.tellInitializationFailure("Worker.Configuration", error, logger: logger)
            throw error
        }
        var database = configuration.database.forBatches
        // Undoing what is under way at the deadline must not take the time in which to answer.
        database.cancelTimeout = .seconds(1)
        let pool = PostgresPool(
            database, maximumConnections: configuration.concurrency, logger: logger)
        let service = LambdaService(
            configuration: configuration, client: client, pool: pool,
            metrics: WorkerMetrics(factory: MetricsSystem.factory), export: export, logger: logger)
        do {
            try await export.during {
                try await StopSignals(logger: logger).run(ServiceGroup(configuration: lifecycle(service)))
            }
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }
}

import Hummingbird
import Logging
import NIOCore
import Postgres
import SyncStorage

/// `/health`, `/ready` and `/metrics`: what probes and monitoring ask.
struct HealthRoutes: Sendable {
    let pool: PostgresPool
    let logger: Logger

    func add(to router: Router<some RequestContext>) {
        // Alive means that it answers; a database that is away is no reason to restart this process.
        router.endpoint(
            "/health",
            [
                .get: { request, _ in
                    try request.allowsQuery()
                    return try Response.json(["status": "ok"])
                }
            ])
        router.endpoint(
            "/ready",
            [
                .get: { request, _ in
                    try request.allowsQuery()
                    try await requireDatabase()
                    return try Response.json(["status": "ready"])
                }
            ])
        router.endpoint(
            "/metrics",
            [
                .get: { request, _ in
                    try request.allowsQuery()
                    return Response(
                        status: .ok, headers: [.contentType: PrometheusText.mediaType],
                        body: ResponseBody(byteBuffer: ByteBuffer(string: try await metrics().text)))
                }
            ])
    }

    private func requireDatabase() async throws {
        try await pool.withConnection { connection in
            try await Migrator(connection: connection, logger: logger).requireCurrentSchema()
        }
    }

    private func metrics() async throws -> PrometheusText {
        try await pool.withConnection { connection in
            let reader = SyncLogReader(connection: connection)
            return PrometheusText(
                countsByStatus: try await reader.countsByStatus(), newest: try await reader.sync(),
                newestCompleted: try await reader.lastCompleted())
        }
    }
}

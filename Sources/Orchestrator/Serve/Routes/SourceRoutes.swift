import Hummingbird
import Postgres
import SyncStorage

/// `/source`: what `orchestrator source` shows, for programs.
struct SourceRoutes: Sendable {
    let pool: PostgresPool

    func add(to router: Router<some RequestContext>) {
        router.endpoint("/source", [.get: { request, _ in try await source(request) }])
    }

    private func source(_ request: Request) async throws -> Response {
        try request.allowsQuery("sync")
        let syncID = try request.integer("sync", in: 1...Int64.max)
        let stored = try await pool.withConnection { connection in
            try await StoredProfile.find(syncID, on: connection)
        }
        guard let stored else {
            throw Problem(
                .notFound,
                syncID.map { "sync \($0) has no profile: \(SourceReport.whyNone)" }
                    ?? "no sync has read the source to its end yet")
        }
        return try .json(SourceDocument(stored))
    }
}

import Hummingbird
import NIOCore
import Postgres
import SyncCore
import SyncStorage

/// `/syncs`: starts, shows and cancels syncs.
struct SyncRoutes: Sendable {
    let pool: PostgresPool
    let supervisor: SyncSupervisor

    func add(to router: Router<some RequestContext>) {
        router.endpoint(
            "/syncs",
            [.get: { request, _ in try await list(request) }, .post: { request, _ in try await start(request) }])
        router.endpoint(
            "/syncs/{id}",
            [
                .get: { request, context in
                    try request.allowsQuery()
                    return try Response.json(SyncLogDocument(try await sync(context.parameters.syncID())))
                }
            ])
        router.endpoint(
            "/syncs/{id}/cancel",
            [.post: { request, context in try await cancel(request, context.parameters.syncID()) }])
        router.endpoint(
            "/syncs/{id}/rejects",
            [.get: { request, context in try await rejects(request, context.parameters.syncID()) }])
    }

    private func list(_ request: Request) async throws -> Response {
        try request.allowsQuery("limit", "before")
        let limit = try request.pageLimit(20)
        let before = try request.integer("before", in: 1...Int64.max)
        let entries = try await pool.withConnection { connection in
            try await SyncLogReader(connection: connection).history(before: before, limit: limit)
        }
        return try .json(entries.map(SyncLogDocument.init))
    }

    private func start(_ request: Request) async throws -> Response {
        try request.allowsQuery()
        try await request.expectsNoBody()
        switch try await supervisor.start() {
        case .started(let syncID):
            var response = try Response.json(SyncLogDocument(try await sync(syncID)), status: .accepted)
            response.headers[.location] = "/syncs/\(syncID)"
            return response
        case .alreadyRunning(let syncID):
            let entry = try await pool.withConnection { connection in
                try await SyncLogReader(connection: connection).sync(syncID)
            }
            let running = entry.flatMap { $0.status.isFinal ? nil : SyncLogDocument($0) }
            throw Problem(.conflict, "another sync is running; wait for it, or cancel it", running: running)
        case .stopping:
            throw Problem(.serviceUnavailable, "the server is about to end", headers: [.retryAfter: "10"])
        }
    }

    private func cancel(_ request: Request, _ id: Int64) async throws -> Response {
        try request.allowsQuery()
        try await request.expectsNoBody()
        if await supervisor.cancel(id) {
            return try .json(SyncLogDocument(try await sync(id)), status: .accepted)
        }
        let entry = try await sync(id)
        throw Problem(
            .conflict,
            entry.status.isFinal
                ? "sync \(id) has ended already"
                : "sync \(id) does not run in this process: stop it where it runs, or use 'orchestrator reset'")
    }

    private func rejects(_ request: Request, _ id: Int64) async throws -> Response {
        try request.allowsQuery("limit", "after")
        let limit = try request.pageLimit(100)
        let after = try request.integer("after", in: 0...Int64.max)
        let page = try await pool.withConnection { connection in
            let reader = SyncLogReader(connection: connection)
            guard try await reader.sync(id) != nil else { throw Self.unknown(id) }
            let refusals = RefusalReader(connection: connection)
            return RejectPage(
                reasons: try await reader.rejectSummary(of: id), causes: try await refusals.summary(of: id),
                rejects: try await reader.rejects(of: id, after: after, limit: limit + 1),
                refused: after == nil ? try await refusals.refusals(of: id, limit: limit) : [], limit: limit)
        }
        return try .json(page)
    }

    private func sync(_ id: Int64) async throws -> SyncLogEntry {
        let entry = try await pool.withConnection { connection in
            try await SyncLogReader(connection: connection).sync(id)
        }
        guard let entry else { throw Self.unknown(id) }
        return entry
    }

    private static func unknown(_ id: Int64) -> Problem {
        Problem(.notFound, "there is no sync \(id)")
    }
}

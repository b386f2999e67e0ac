import HTTPTypes
import Hummingbird
import NIOCore
import Postgres
import SyncStorage

/// `/syncs/{id}/report`: what `orchestrator report` prints, for programs.
struct ReportRoutes: Sendable {
    let pool: PostgresPool

    /// What is served, the one for those who do not care first.
    private static let mediaTypes: [(format: ChangeReport.Format, name: String)] = [
        (.json, "application/json"), (.csv, "text/csv"),
    ]

    func add(to router: Router<some RequestContext>) {
        router.endpoint(
            "/syncs/{id}/report",
            [.get: { request, context in try await report(request, context.parameters.syncID()) }])
    }

    private func report(_ request: Request, _ id: Int64) async throws -> Response {
        try request.allowsQuery("format")
        let format = try Self.format(request)
        let entry = try await pool.withConnection { connection in
            try await SyncLogReader(connection: connection).sync(id)
        }
        guard let entry else { throw Problem(.notFound, "there is no sync \(id)") }
        let text = try ChangeReport(entry).rendered(as: format)
        var headers: HTTPFields = [.vary: "Accept"]
        switch format {
        case .csv:
            headers[.contentType] = "text/csv; charset=utf-8; header=present"
            headers[.contentDisposition] = "attachment; filename=\"sync-\(id).csv\""
            return Response(
                status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
        case .json, .text:
            headers[.contentType] = "application/json"
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    /// What `?format=` says, or else the `Accept`.
    private static func format(_ request: Request) throws(Problem) -> ChangeReport.Format {
        let values = request.uri.queryParameters.getAll("format")
        guard values.isEmpty else {
            guard values.count == 1, let known = mediaTypes.first(where: { $0.format.rawValue == values[0] }) else {
                throw Problem(.badRequest, "format must be json or csv")
            }
            return known.format
        }
        let chosen = ContentNegotiation.choose(among: mediaTypes.map(\.name), accept: request.headers[.accept])
        guard let known = mediaTypes.first(where: { $0.name == chosen }) else {
            throw Problem(.notAcceptable, "the report comes as application/json or text/csv; see also ?format=")
        }
        return known.format
    }
}

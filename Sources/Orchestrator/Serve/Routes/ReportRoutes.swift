import HTTPTypes
import Hummingbird
import NIOCore
import Postgres
import SyncStorage

/// `/syncs/{id}/report`: what `orchestrator report` prints, for programs.
struct ReportRoutes: Sendable {
    let pool: PostgresPool

    /// What is served, the one for those who do not care first.
    private static let mediaTypes: [(format: ChangeReport.Format, mediaType: String)] = [
        (.json, "application/json"), (.csv, "text/csv"),
    ]

    func add(to router: Router<some RequestContext>) {
        router.endpoint(
            "/syncs/{id}/report",
            [.get: { request, context in try await report(request, context.parameters.syncID()) }])
    }

    private func report(_ request: Request, _ id: Int64) async throws -> Response {
        try request.allowsQuery("format")
        let format = try request.format(among: Self.mediaTypes)
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
}

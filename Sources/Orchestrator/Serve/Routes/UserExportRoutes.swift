import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres
import ServiceLifecycle
import SyncStorage

/// `/users/export`: all users as a stream, for files and programs.
///
/// Each part is read after the client has taken the previous one, so a slow client holds one page in memory and no database connection.
/// A failed export is cut: its client sees an incomplete transfer.
struct UserExportRoutes: Sendable {
    private let pool: PostgresPool
    private let logger: Logger
    private let places = RequestPlaces(limit: Self.maximumExports)

    /// Exports at once. A client that reads quickly keeps the database busy.
    static let maximumExports = 4
    /// The longest export.
    private static let timeLimit = Duration.seconds(3600)

    /// The first one is the default.
    private static let mediaTypes: [(format: UserLines.Format, mediaType: String)] = [
        (.jsonl, "application/jsonl"), (.csv, "text/csv"),
    ]

    init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    func add(to router: Router<some RequestContext>) {
        router.endpoint("/users/export", [.get: { request, _ in try await export(request) }])
    }

    private func export(_ request: Request) async throws -> Response {
        try request.allowsQuery("format", "deleted", "changed_since", "sync")
        let format = try request.format(among: Self.mediaTypes)
        let filter = try request.userFilter()
        var headers: HTTPFields = [.vary: "Accept"]
        headers[.contentType] = format == .csv ? "text/csv; charset=utf-8; header=present" : "application/jsonl"
        headers[.contentDisposition] = "attachment; filename=\"users.\(format.rawValue)\""
        // HEAD takes no place.
        guard request.method != .head else { return Response(status: .ok, headers: headers) }
        guard let place = places.take() else {
            throw Problem(
                .serviceUnavailable, "\(Self.maximumExports) exports are already running: retry later",
                headers: [.retryAfter: "30"])
        }
        // One list for all parts: the head names the columns.
        let extraFields = try await pool.withConnection { try await RecordedFields.inUse($0) }
        var export = UserExport(format: format, extraFields: extraFields) { [pool] userName in
            try await pool.withConnection { connection in
                try await UserReader(connection: connection, extraFields: extraFields)
                    .exportPage(of: filter, after: userName)
            }
        }
        // Before the head is sent, a failure can still become an error status.
        let first = try await export.next()
        let rest = export
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { [logger] writer in
                defer { withExtendedLifetime(place) {} }
                let end = ContinuousClock.now + Self.timeLimit
                var export = rest
                var part = first
                while let lines = part {
                    if !lines.isEmpty { try await writer.write(ByteBuffer(bytes: lines)) }
                    part = try await Self.next(&export, until: end, logger)
                }
                try await writer.finish(nil)
            })
    }

    private static func next(
        _ export: inout UserExport, until end: ContinuousClock.Instant, _ logger: Logger
    ) async throws -> [UInt8]? {
        do {
            guard ContinuousClock.now < end else { throw ExportCut.tooSlow }
            guard !Task.isShuttingDownGracefully else { throw ExportCut.serverEnds }
            return try await export.next()
        } catch {
            logger.warning("an export was cut", metadata: ["error": "\(error)"])
            throw error
        }
    }
}

/// Why an export ended before it was complete.
private enum ExportCut: Error, CustomStringConvertible {
    case tooSlow
    case serverEnds

    var description: String {
        switch self {
        case .tooSlow: "it took longer than an hour"
        case .serverEnds: "the server is stopping"
        }
    }
}

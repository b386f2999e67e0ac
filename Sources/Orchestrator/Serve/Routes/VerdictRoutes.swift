import CurlHTTP
import Hummingbird
import Logging
import Postgres
import SyncCore
import SyncStorage

/// `/verdict`: whether all is well, what to do next, and when the next sync comes.
struct VerdictRoutes: Sendable {
    private let pool: PostgresPool
    private let schedule: ScheduleState?
    private let keeper: VerdictKeeper

    /// For each part that is looked at. A person waits for the answer.
    private static let deadline = Duration.seconds(10)
    /// For the newest sync, which says whether what was found before still stands.
    private static let markDeadline = Duration.seconds(2)

    init(
        settings: SyncSettings, pool: PostgresPool, usesLambda: Bool, schedule: ScheduleState?, logger: Logger
    ) {
        self.pool = pool
        self.schedule = schedule
        let examination = ServiceExamination(
            settings: settings, usesLambda: usesLambda, interval: schedule?.interval, deadline: Self.deadline,
            logger: logger)
        let start = ContinuousClock.now
        keeper = VerdictKeeper(
            elapsed: { ContinuousClock.now - start }, now: { SyncLogReport.now },
            examine: { parts in
                try await HTTPClient.withClient(settings.http, logger: logger) { http in
                    try await examination.take(parts, http: http)
                }
            })
    }

    func add(to router: Router<some RequestContext>) {
        router.endpoint(
            "/verdict",
            [
                .get: { request, _ in
                    try request.allowsQuery()
                    return try .json(VerdictDocument(try await keeper.findings(await mark()), schedule: schedule))
                }
            ])
    }

    /// nil also when the database does not answer: the verdict says so.
    private func mark() async -> ExaminationPace.Mark? {
        try? await DeadlineError.after(Self.markDeadline) { [pool] in
            try await pool.withConnection { connection in
                try await SyncLogReader(connection: connection).sync().map {
                    ExaminationPace.Mark(syncID: $0.id, status: $0.status)
                }
            }
        }
    }
}

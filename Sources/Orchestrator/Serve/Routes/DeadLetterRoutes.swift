import Hummingbird
import Logging
import SyncCore
import SyncPipeline
import Synchronization

/// `/dead-letters`: what could not be applied, and its replay.
struct DeadLetterRoutes: Sendable {
    let settings: SyncSettings
    let logger: Logger
    private let turn = Turn()

    /// How long a request waits for the one before it.
    private static let patience = Duration.seconds(20)

    init(settings: SyncSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    func add(to router: Router<some RequestContext>) {
        router.endpoint("/dead-letters", [.get: { request, _ in try await list(request) }])
        router.endpoint("/dead-letters/redrive", [.post: { request, _ in try await redrive(request) }])
    }

    private func list(_ request: Request) async throws -> Response {
        try request.allowsQuery("limit")
        let limit = try request.pageLimit(100)
        let (letters, total) = try await inTurn { try await $0.list(limit: limit) }
        return try .json(DeadLetterPage(total: total, deadLetters: letters))
    }

    private func redrive(_ request: Request) async throws -> Response {
        try request.allowsQuery()
        let order = try RedriveOrder(try await request.json())
        let outcome = try await inTurn {
            try await $0.redrive(
                syncID: order.syncID, isDryRun: order.isDryRun, wait: .seconds(order.waitSeconds))
        }
        return try .json(RedriveReport(outcome, isDryRun: order.isDryRun))
    }

    /// One at a time: a look into the queue hides its messages from all others meanwhile.
    private func inTurn<Result: Sendable>(_ work: (DeadLetterService) async throws -> Result) async throws -> Result {
        guard try await turn.take(within: Self.patience) else {
            throw Problem(.conflict, "another dead-letter operation is running; retry when it finishes")
        }
        defer { turn.giveBack() }
        do {
            return try await DeadLetterService.open(
                queue: settings.queue, database: settings.sync.database, http: settings.http,
                // The caller waits for the answer: an outage is told at once.
                patience: Patience(limit: .zero), isTyped: false, logger: logger, work)
        } catch let failure as SyncFailure {
            throw Problem(.notFound, failure.description)
        }
    }
}

/// The dead letters as one page.
struct DeadLetterPage: Encodable {
    /// About how many messages the queue holds.
    let total: Int
    let deadLetters: [DeadLetterReport]

    private enum CodingKeys: String, CodingKey {
        case total
        case deadLetters = "dead_letters"
    }
}

/// Something that one task has at a time.
private final class Turn: Sendable {
    private let isTaken = Mutex(false)
    private static let pollInterval = Duration.milliseconds(50)

    /// - Returns: false when it did not become free in time.
    func take(within limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            let isMine = isTaken.withLock { isTaken in
                defer { isTaken = true }
                return !isTaken
            }
            if isMine { return true }
            guard ContinuousClock.now < deadline else { return false }
            try await Task.sleep(for: Self.pollInterval)
        }
    }

    func giveBack() {
        isTaken.withLock { $0 = false }
    }
}

import Hummingbird
import Logging
import Synchronization

/// `/dead-letters`: what could not be applied, and its replay.
struct DeadLetterRoutes: Sendable {
    let configuration: SyncConfiguration
    let logger: Logger
    private let turn = Turn()

    /// How long a request waits for the one before it.
    private static let patience = Duration.seconds(20)

    init(configuration: SyncConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    func add(to router: Router<some RequestContext>) {
        router.endpoint("/dead-letters", [.get: { request, _ in try await list(request) }])
        router.endpoint("/dead-letters/redrive", [.post: { request, _ in try await redrive(request) }])
    }

    private func list(_ request: Request) async throws -> Response {
        try request.allowsQuery("limit")
        let limit = try request.pageLimit(100)
        let (letters, total) = try await atDesk { try await $0.list(limit: limit) }
        return try .json(DeadLetterPage(total: total, deadLetters: letters))
    }

    private func redrive(_ request: Request) async throws -> Response {
        try request.allowsQuery()
        let order = try RedriveOrder(try await request.json())
        let outcome = try await atDesk {
            try await $0.redrive(
                syncID: order.syncID, isDryRun: order.isDryRun, wait: .seconds(order.waitSeconds))
        }
        return try .json(RedriveReport(outcome, isDryRun: order.isDryRun))
    }

    /// One at a time: whoever looks into the queue hides its letters from everyone else meanwhile.
    private func atDesk<Result: Sendable>(_ work: (DeadLetterDesk) async throws -> Result) async throws -> Result {
        guard try await turn.take(within: Self.patience) else {
            throw Problem(.conflict, "the dead letters are in someone's hands: try again when that has ended")
        }
        defer { turn.giveBack() }
        do {
            return try await DeadLetterDesk.open(
                queue: configuration.queue, database: configuration.database,
                certificateAuthorityFile: configuration.legacyAPI.certificateAuthorityFile, logger: logger, work)
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

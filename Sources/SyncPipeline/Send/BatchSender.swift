import Logging
import SQS
import SyncCore

/// Sends batches to the queue, several calls at a time, each lane in order.
///
/// What is decided is decided by `SendWindow`; this actor makes the calls and tells it how they ended.
actor BatchSender {
    /// Calls under way at once. One is signed and written while others wait for the server's answer.
    private static let maximumCalls = 4

    /// Batch numbers that are reserved with one write to the sync's row.
    private static let reservedPerWrite: Int64 = 64

    private let sqs: SQSClient
    private let queueURL: String
    private let record: any SyncRecord
    private let trace: TraceContext
    private let progress: SyncProgress
    private let clock: PipelineClock
    private let logger: Logger

    private var window: SendWindow
    private(set) var sent = SentBatches()
    /// Workers apply batches up to this number.
    private var reserved: Int64 = 0
    private var callsUnderWay = 0
    private var failure: SyncFailure?
    /// Something happened that `run` should look at.
    private let work = AsyncSignal()
    /// A batch left the window, or the sender broke.
    private let room = AsyncSignal()

    init(
        sqs: SQSClient, queueURL: String, record: any SyncRecord, trace: TraceContext, maximumCallBytes: Int,
        patience: Patience, progress: SyncProgress, clock: PipelineClock = .live, logger: Logger
    ) {
        self.sqs = sqs
        self.queueURL = queueURL
        self.record = record
        self.trace = trace
        self.progress = progress
        self.clock = clock
        self.logger = logger
        self.window = SendWindow(
            SendWindow.Configuration(
                maximumCallBytes: maximumCallBytes, attributeBytesPerEntry: MessageAttributes.maximumBytes,
                patience: patience))
    }

    /// Takes a batch for sending; suspends while the window is full. Batches come one after the other, numbered from 1 without a gap.
    func enqueue(_ batch: Batch) async throws {
        if batch.number > reserved {
            // Before it is sent: workers refuse a number that is not reserved.
            let last = batch.number + Self.reservedPerWrite - 1
            try await record.reserveBatches(upTo: last)
            reserved = last
        }
        while !window.hasRoom {
            if let failure { throw failure }
            try await room.wait()
        }
        if let failure { throw failure }
        try window.enqueue(batch, at: clock.now())
        work.notify()
    }

    /// Says that no further batch comes, and waits until the queue has accepted every one.
    func finish() async throws {
        window.close()
        work.notify()
        while !window.isEmpty {
            if let failure { throw failure }
            try await room.wait()
        }
        if let failure { throw failure }
    }

    /// Sends until cancelled, or until a batch cannot be sent.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                while callsUnderWay < Self.maximumCalls, let batches = window.nextCall(at: clock.now()) {
                    callsUnderWay += 1
                    group.addTask { await self.send(batches) }
                }
                if let failure { throw failure }
                // With all calls under way only an answer changes anything.
                try await work.wait(until: callsUnderWay < Self.maximumCalls ? window.nextWakeup : nil)
            }
        }
    }

    private func send(_ batches: [Batch]) async {
        let entries = batches.map { batch in
            SendMessageBatchEntry(
                id: "b\(batch.number)", body: batch.body, messageGroupID: batch.identity.groupID,
                deduplicationID: batch.identity.deduplicationID,
                attributes: MessageAttributes.first(batch, trace))
        }
        do {
            let result = try await sqs.sendMessageBatch(queueURL: queueURL, entries: entries)
            let failures = Dictionary(result.failed.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            for batch in batches {
                if let failure = failures["b\(batch.number)"] {
                    failed(batch, retryable: failure.isRetryable, cause: "\(failure)")
                } else {
                    accepted(batch)
                }
            }
        } catch {
            // What the queue has let in once, it refuses for a reason that may pass.
            let mayPass = error.isRetryable || (error.isOutage && sent.count > 0)
            for batch in batches { failed(batch, retryable: mayPass, cause: "\(error)") }
        }
        callsUnderWay -= 1
        work.notify()
        room.notify()
    }

    private func accepted(_ batch: Batch) {
        window.succeeded(CollectionOfOne(batch.number), at: clock.now())
        sent.insert(number: batch.number, lane: batch.lane, users: batch.users)
        progress.update { $0.batchesSent = sent.count }
    }

    private func failed(_ batch: Batch, retryable: Bool, cause: String) {
        var generator = SystemRandomNumberGenerator()
        switch window.failed(batch.number, retryable: retryable, at: clock.now(), using: &generator) {
        case .retries(let attempts, _):
            logger.warning(
                "a batch was not accepted, trying again",
                metadata: [
                    "batch": .stringConvertible(batch.number), "attempt": .stringConvertible(attempts),
                    "error": "\(cause)",
                ])
        case .givenUp(_, let attempts):
            failure =
                failure
                ?? SyncFailure("the queue did not accept batch \(batch.number) after \(attempts) attempts: \(cause)")
        case .unexpected:
            break
        }
    }
}

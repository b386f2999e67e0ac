import SQS
import Synchronization

/// One queue, and the messages that go through it again and again.
struct RoundTrips: Sendable {
    /// What sending, or receiving and deleting, all messages took.
    struct Pass: Sendable {
        let elapsed: Duration
        /// Each send, or each receive that brought messages.
        let calls: [Duration]
    }

    private static let lanes = 32
    /// A server that loses messages, or never answers, ends the benchmark.
    private static let deadline = Duration.seconds(120)

    let bodies: [[UInt8]]
    /// The bodies of one call each, by index: as many as fit.
    let calls: [Range<Int>]
    private let sqs: SQSClient
    private let queueURL: String
    private let clock = ContinuousClock()

    init(sqs: SQSClient, queueURL: String, bodies: [[UInt8]]) {
        self.sqs = sqs
        self.queueURL = queueURL
        self.bodies = bodies
        var calls: [Range<Int>] = []
        var start = 0
        var bytes = 0
        for (index, body) in bodies.enumerated() {
            let isFull = index - start == SQSLimits.maximumBatchEntries
            if index > start, isFull || bytes + body.count > sqs.limits.maximumCallBytes {
                calls.append(start..<index)
                (start, bytes) = (index, 0)
            }
            bytes += body.count
        }
        if start < bodies.count { calls.append(start..<bodies.count) }
        self.calls = calls
    }

    /// Sends all messages with so many calls under way at once.
    func send(callsAtOnce: Int) async throws -> Pass {
        // Unique in each pass: the queue would swallow what it has seen in the last five minutes.
        let pass = UInt64.random(in: 0 ... .max)
        let start = clock.now
        let durations = try await atOnce(callsAtOnce) { sender in
            var durations: [Duration] = []
            for call in stride(from: sender, to: calls.count, by: callsAtOnce) {
                let entries = calls[call].map { index in
                    SendMessageBatchEntry(
                        id: "\(index)", body: bodies[index], messageGroupID: "\(index % Self.lanes)",
                        deduplicationID: "\(pass)-\(index)")
                }
                let began = clock.now
                let answer = try await sqs.sendMessageBatch(queueURL: queueURL, entries: entries)
                durations.append(clock.now - began)
                guard answer.failed.isEmpty else { throw Failure("the queue refused a message: \(answer.failed)") }
            }
            return durations
        }
        return Pass(elapsed: clock.now - start, calls: durations)
    }

    /// Receives and deletes as many messages as there are, by so many consumers.
    func receive(consumers: Int) async throws -> Pass {
        let start = clock.now
        let left = Mutex(bodies.count)
        // The last delete: consumers that wait for more when nothing is left do not count.
        let end = Mutex(start)
        let durations = try await atOnce(consumers) { _ in
            var durations: [Duration] = []
            while left.withLock({ $0 > 0 }) {
                guard clock.now - start < Self.deadline else {
                    throw Failure("\(left.withLock { $0 }) messages did not come within \(Self.deadline)")
                }
                let began = clock.now
                let messages = try await sqs.receiveMessage(
                    queueURL: queueURL, maximumMessages: SQSLimits.maximumReceivedMessages, waitTime: .seconds(1))
                guard !messages.isEmpty else { continue }
                durations.append(clock.now - began)
                let answer = try await sqs.deleteMessageBatch(
                    queueURL: queueURL, entries: messages.enumerated().map { ("\($0)", $1.receiptHandle) })
                guard answer.failed.isEmpty else { throw Failure("a delete failed: \(answer.failed)") }
                let now = clock.now
                end.withLock { $0 = max($0, now) }
                left.withLock { $0 -= messages.count }
            }
            return durations
        }
        return Pass(elapsed: end.withLock { $0 } - start, calls: durations)
    }

    private func atOnce(
        _ count: Int, _ work: @escaping @Sendable (Int) async throws -> [Duration]
    ) async throws -> [Duration] {
        try await withThrowingTaskGroup(of: [Duration].self) { group in
            for index in 0..<count { group.addTask { try await work(index) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

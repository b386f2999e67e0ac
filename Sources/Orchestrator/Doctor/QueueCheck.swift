import SQS
import ServiceRuntime

/// Judges a queue by its attributes, and by what was measured.
///
/// The names and ranges of attributes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
struct QueueCheck: Sendable {
    let attributes: [String: String]
    /// `SQS_MAX_MESSAGE_BYTES`.
    let maximumMessageBytes: Int
    /// `SYNC_STALL_TIMEOUT`.
    let stallTimeout: Duration
    /// The longest that a batch took in the database; nil when that was never measured.
    var slowestBatch: Duration?
    /// The longest of the last syncs; nil when none was completed.
    var longestSync: Duration?
    /// `SYNC_OUTAGE_TIMEOUT`.
    var outageTimeout = Duration.seconds(900)
    /// Whether workers run in Lambda, which cannot hold messages through an outage.
    var usesLambda = false

    /// Below this a worker's heartbeat could come too late.
    private static let leastVisibility = 10
    /// How many times the slowest batch a message should stay hidden.
    private static let visibilityFactor = 3
    /// A message should outlive a stop of all workers over a night.
    private static let comfortableRetention = 86_400

    func findings() -> [Finding] {
        [fifo(), visibility(), retention(), throughput(), messageSize(), redrive()]
    }

    private func number(_ name: String) -> Int? { attributes[name].flatMap { Int($0) } }

    private func fifo() -> Finding {
        guard attributes["FifoQueue"] == "true" else {
            return .problem(
                .fifo, "the queue is not FIFO: users of one lane could overtake each other",
                advice: "create a queue with FifoQueue=true; a queue cannot be changed into one")
        }
        if let delay = number("DelaySeconds"), delay > 0 {
            return .warning(
                .fifo, "the queue is FIFO, but hands out every message \(delay) s late", advice: "set DelaySeconds=0")
        }
        return .ok(.fifo, "the queue is FIFO")
    }

    private func visibility() -> Finding {
        guard let seconds = number("VisibilityTimeout") else {
            return .skipped(.visibility, "the queue does not say its visibility timeout")
        }
        guard seconds >= Self.leastVisibility else {
            return .problem(
                .visibility,
                "a received message is hidden for \(seconds) s only: it comes again while a worker still has it",
                advice: "set VisibilityTimeout=120; \(Self.leastVisibility) s is the least that works")
        }
        guard let slowestBatch else {
            return .ok(.visibility, "\(seconds) s; no batch has been measured yet")
        }
        let measured = Humanized.duration(slowestBatch)
        guard slowestBatch * Self.visibilityFactor <= .seconds(seconds) else {
            let wanted = Int((slowestBatch * Self.visibilityFactor / .seconds(60)).rounded(.up)) * 60
            return .warning(
                .visibility,
                "\(seconds) s, and the slowest batch took \(measured): a worker that stalls once loses its batch to another",
                advice: "set VisibilityTimeout=\(min(wanted, 43_200))")
        }
        return .ok(.visibility, "\(seconds) s; the slowest batch of the last syncs took \(measured)")
    }

    private func retention() -> Finding {
        guard let seconds = number("MessageRetentionPeriod") else {
            return .skipped(.retention, "this server does not say for how long it keeps messages; ElasticMQ never does")
        }
        let kept = Humanized.duration(.seconds(seconds))
        let needed = (longestSync ?? .zero) + stallTimeout
        guard .seconds(seconds) > needed else {
            return .problem(
                .retention, "messages are dropped after \(kept), and a sync may need \(Humanized.duration(needed))",
                advice: "set MessageRetentionPeriod=345600 (4 days)")
        }
        guard seconds >= Self.comfortableRetention else {
            return .warning(
                .retention,
                "messages are dropped after \(kept): batches are lost when workers stand still for that long",
                advice: "set MessageRetentionPeriod=345600 (4 days)")
        }
        return .ok(.retention, "messages are kept for \(kept)")
    }

    private func throughput() -> Finding {
        let scope = attributes["DeduplicationScope"]
        let limit = attributes["FifoThroughputLimit"]
        guard scope != nil || limit != nil else {
            return .skipped(
                .throughput, "this server does not say how FIFO throughput is shared; emulators have no such limit")
        }
        guard scope == "messageGroup", limit == "perMessageGroupId" else {
            return .warning(
                .throughput,
                "DeduplicationScope=\(scope ?? "-"), FifoThroughputLimit=\(limit ?? "-"): all lanes share 300 calls a second",
                advice: "set DeduplicationScope=messageGroup and FifoThroughputLimit=perMessageGroupId")
        }
        return .ok(.throughput, "each lane has its own throughput and its own deduplication")
    }

    private func messageSize() -> Finding {
        guard let largest = number("MaximumMessageSize") else {
            return .skipped(
                .messageSize,
                "this server does not say how large a message may be; ElasticMQ never does, and refuses a longer one when it is sent"
            )
        }
        guard largest >= maximumMessageBytes else {
            return .problem(
                .messageSize, "the queue takes \(largest) bytes, batches may have \(maximumMessageBytes)",
                advice:
                    "set SQS_MAX_MESSAGE_BYTES=\(largest), or MaximumMessageSize=\(maximumMessageBytes) at the queue")
        }
        return .ok(.messageSize, "batches of up to \(maximumMessageBytes) bytes fit")
    }

    private func redrive() -> Finding {
        guard let attribute = attributes["RedrivePolicy"], !attribute.isEmpty else {
            return .problem(
                .redrive,
                "the queue has no redrive policy: a message that nobody can apply would stop its lane for good",
                advice: "give it a RedrivePolicy with a FIFO dead-letter queue and maxReceiveCount=5")
        }
        guard let policy = RedrivePolicy(attribute: attribute) else {
            return .problem(
                .redrive, "the queue's redrive policy cannot be read",
                advice: #"set RedrivePolicy={"deadLetterTargetArn":"…","maxReceiveCount":5}"#)
        }
        guard policy.deadLetterQueueName.hasSuffix(".fifo") else {
            return .problem(
                .redrive, "the dead-letter queue \(policy.deadLetterQueueName) is not FIFO, which a FIFO queue needs",
                advice: "name a FIFO queue in the redrive policy")
        }
        guard policy.maximumReceives >= 3 else {
            return .warning(
                .redrive,
                "a batch is given up after \(policy.maximumReceives) receives: a worker that is killed counts as one",
                advice: "set maxReceiveCount=5 in the redrive policy")
        }
        let rule = "after \(policy.maximumReceives) receives a batch goes to \(policy.deadLetterQueueName)"
        guard usesLambda, let visibility = number("VisibilityTimeout") else { return .ok(.redrive, rule) }
        // Each receive in an outage costs one visibility timeout, and the last one must succeed.
        let survived = Duration.seconds((policy.maximumReceives - 1) * visibility)
        guard survived >= outageTimeout else {
            let wanted = (outageTimeout / .seconds(policy.maximumReceives - 1)).rounded(.up)
            return .warning(
                .redrive,
                "\(rule). Workers in Lambda reach that in an outage of \(Humanized.duration(survived)), and SYNC_OUTAGE_TIMEOUT is "
                    + Humanized.duration(outageTimeout),
                advice: "set VisibilityTimeout=\(min(Int(wanted), 43_200)), or a larger maxReceiveCount")
        }
        return .ok(.redrive, "\(rule); workers in Lambda survive an outage of \(Humanized.duration(survived))")
    }

    /// Judges the dead-letter queue by its own attributes.
    static func deadLetters(_ deadLetters: [String: String], of queue: [String: String]) -> Finding {
        guard deadLetters["FifoQueue"] == "true" else {
            return .problem(
                .deadLetters, "the dead-letter queue is not FIFO",
                advice: "create one with FifoQueue=true and name it in the redrive policy")
        }
        let waiting = deadLetters["ApproximateNumberOfMessages"].flatMap { Int($0) } ?? 0
        guard waiting == 0 else {
            return .warning(
                .deadLetters, "about \(waiting) messages wait in the dead-letter queue",
                advice: "'orchestrator dead-letters list' says why, 'orchestrator dead-letters redrive' replays them")
        }
        let kept = deadLetters["MessageRetentionPeriod"].flatMap { Int($0) }
        if let kept, let queueKeeps = queue["MessageRetentionPeriod"].flatMap({ Int($0) }), kept < queueKeeps {
            return .warning(
                .deadLetters,
                "dead letters are dropped after \(Humanized.duration(.seconds(kept))), sooner than messages of the queue",
                advice: "set MessageRetentionPeriod=1209600 (14 days) at the dead-letter queue")
        }
        return .ok(.deadLetters, "the dead-letter queue is FIFO and empty")
    }
}

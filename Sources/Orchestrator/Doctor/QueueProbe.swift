import AWSClientSupport
import CurlHTTP
import Logging
import SQS
import ServiceRuntime
import SyncCore
import SyncPipeline
import SyncStorage

/// The queue and its dead-letter queue as they were found, or why they could not be asked.
struct QueueProbe: Sendable {
    private var attributes: [String: String]?
    private var failure: Finding?
    private var sending: Finding?
    private var deadLetters: [String: String]?
    private var deadLetterFailure: Finding?
    private(set) var clock: ClockCheck.Reading?

    static func take(
        _ settings: QueueSettings, http: HTTPClient, within limit: Duration, logger: Logger
    ) async throws -> QueueProbe {
        async let clock = readClock(settings, http: http)
        var look = QueueProbe()
        do {
            look = try await DeadlineError.after(limit) {
                try await read(settings, settings.client(http: http, logger: logger))
            }
        } catch let error as DeadlineError {
            look.failure = .problem(.queue, "\(error)", advice: "check SQS_QUEUE_URL and the way to the service")
        } catch let error as ConfigurationError {
            look.failure = .problem(.queue, "\(error)", advice: "set \(error.variable)")
        }
        look.clock = try await clock
        return look
    }

    private static func read(_ settings: QueueSettings, _ sqs: SQSClient) async throws -> QueueProbe {
        var look = QueueProbe()
        do {
            look.attributes = try await sqs.getQueueAttributes(queueURL: settings.queueURL)
        } catch {
            look.failure = .problem(.queue, summary(error), advice: advice(error))
            return look
        }
        look.sending = await sending(settings.queueURL, sqs)
        do {
            let locator = DeadLetterQueue.Locator(
                sqs: sqs, queueURL: settings.queueURL, configuredURL: settings.deadLetterQueueURL)
            if let queue = try await locator.queue() {
                look.deadLetters = try await sqs.getQueueAttributes(queueURL: queue.url)
            }
        } catch {
            look.deadLetterFailure = .warning(
                .deadLetters, "the dead-letter queue cannot be looked at: \(summary(error))", advice: advice(error))
        }
        return look
    }

    private static func sending(_ queueURL: String, _ sqs: SQSClient) async -> Finding {
        do {
            try await sqs.probeSending(queueURL: queueURL)
            // Not more than this: see `probeSending`.
            return .ok(.sending, "send permission: no denial observed")
        } catch {
            guard case .accessDenied = error.code else {
                return .warning(.sending, "sending could not be tried: \(summary(error))", advice: advice(error))
            }
            return .problem(
                .sending, "this identity may not send: \(summary(error))", advice: "allow sqs:SendMessage on the queue")
        }
    }

    /// Any answer of the service tells its time, a refusal as well.
    private static func readClock(_ settings: QueueSettings, http: HTTPClient) async throws -> ClockCheck.Reading? {
        guard let endpoint = settings.endpoint ?? (try? AWSEndpoint(originOf: settings.queueURL)) else { return nil }
        let askedAt = ClockCheck.now
        let request = HTTPRequest(
            url: endpoint.url, timeouts: HTTPTimeouts(connect: .seconds(5), idle: .seconds(5), total: .seconds(10)))
        let answer: HTTPResponseStream
        do {
            answer = try await http.open(request)
        } catch {
            try Task.checkCancellation()
            return nil
        }
        guard let date = answer.headers["date"], let seconds = HTTPDate.unixSeconds(date) else { return nil }
        return ClockCheck.Reading(whose: "SQS", at: Double(seconds), askedAt: askedAt, answeredAt: ClockCheck.now)
    }

    private static func summary(_ error: SQSError) -> String {
        if case .transport(let cause) = error.code { return "\(cause.host): \(cause.detail)" }
        return error.message + (error.status.map { " (HTTP \($0))" } ?? "")
    }

    private static func advice(_ error: SQSError) -> String {
        switch error.code {
        case .accessDenied:
            "allow sqs:GetQueueAttributes, sqs:GetQueueUrl and sqs:SendMessage on the queue, and sqs:ReceiveMessage, "
                + "sqs:DeleteMessage and sqs:ChangeMessageVisibility besides on its dead-letter queue"
        case .transport(let cause): cause.advice
        default: error.nextStep ?? "check SQS_QUEUE_URL, AWS_REGION and the AWS credentials"
        }
    }

    // MARK: Findings

    /// About how many messages the queue holds: those that can be received, are delayed, or were received and not deleted yet. nil when
    /// it does not say.
    var waitingMessages: Int? { attributes.flatMap(Self.waitingMessages) }

    static func waitingMessages(_ attributes: [String: String]) -> Int? {
        let counts = ["", "NotVisible", "Delayed"].compactMap {
            attributes["ApproximateNumberOfMessages" + $0].flatMap { Int($0) }
        }
        return counts.isEmpty ? nil : counts.reduce(0, +)
    }

    /// - Parameters:
    ///   - measured: what earlier syncs took, when the database could be asked.
    ///   - usesLambda: whether workers run in Lambda.
    func findings(_ configuration: SyncConfiguration, measured: SyncFacts?, usesLambda: Bool) -> [Finding] {
        if let failure { return [failure] }
        guard let attributes else { return [] }
        let check = QueueCheck(
            attributes: attributes, maximumMessageBytes: configuration.maximumMessageBytes,
            stallTimeout: configuration.stallTimeout, slowestBatch: measured?.slowestBatch,
            longestSync: measured?.longestSync, outageTimeout: configuration.patience.limit, usesLambda: usesLambda)
        var findings = [Finding.ok(.queue, "reachable, signature accepted")]
        if let sending { findings.append(sending) }
        findings += check.findings()
        if let deadLetterFailure {
            findings.append(deadLetterFailure)
        } else if let deadLetters {
            findings.append(QueueCheck.deadLetters(deadLetters, of: attributes))
        }
        return findings
    }
}

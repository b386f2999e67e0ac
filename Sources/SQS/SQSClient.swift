package import AWSClientSupport
package import CurlHTTP
package import Logging
import SigV4

/// Calls Amazon SQS, or a server that speaks its JSON protocol.
///
/// Every call is checked before it is sent, signed, tried again as ``RetryPolicy`` says, and its answer is checked too. Safe to use from many
/// tasks at once; copies share the connections, the retry tokens and what was learnt of the service's clock.
package struct SQSClient: Sendable {
    package let limits: SQSLimits
    package let timeouts: SQSTimeouts
    private let service: AWSJSONClient
    private let endpoints: EndpointResolver
    private let newcomers: Newcomers
    private let environment: CallEnvironment
    private let logger: Logger

    /// - Parameters:
    ///   - region: Where the queues are; also what is signed. Never guessed from a host name.
    ///   - endpoint: Where every call goes. `nil`: to a queue URL's own origin, or to the region's endpoint of AWS.
    /// - Throws: ``SQSError`` when the region is no region's name.
    package init(
        http: HTTPClient, credentials: any CredentialProvider, region: String, endpoint: AWSEndpoint?,
        retry: RetryPolicy = .standard, limits: SQSLimits = SQSLimits(), timeouts: SQSTimeouts = SQSTimeouts(),
        logger: Logger
    ) throws(SQSError) {
        try self.init(
            transport: http, credentials: credentials, region: region, endpoint: endpoint, retry: retry, limits: limits,
            timeouts: timeouts, environment: .live, logger: logger)
    }

    /// The same over any transport, clock and chance.
    package init(
        transport: any ServiceTransport, credentials: any CredentialProvider, region: String, endpoint: AWSEndpoint?,
        retry: RetryPolicy, limits: SQSLimits = SQSLimits(), timeouts: SQSTimeouts = SQSTimeouts(),
        environment: CallEnvironment, logger: Logger
    ) throws(SQSError) {
        let checkedRegion: AWSRegion
        do {
            checkedRegion = try AWSRegion(region)
        } catch {
            throw SQSError(.invalidEndpoint, operation: nil, message: "\(error)")
        }
        self.limits = limits
        self.timeouts = timeouts
        self.logger = logger
        self.environment = environment
        self.newcomers = Newcomers()
        self.endpoints = EndpointResolver(service: "sqs", region: checkedRegion, configured: endpoint)
        self.service = AWSJSONClient(
            transport: transport, credentials: credentials, signer: Signer(region: region, service: "sqs"),
            jsonVersion: "1.0", probeTarget: "AmazonSQS.ListQueues", retry: retry, environment: environment,
            logger: logger)
        if !MD5.isAvailable {
            logger.warning("libcrypto refuses MD5 (FIPS mode): message bodies are not compared with SQS's checksums")
        }
    }

    // MARK: How calls are made

    /// What a call needs beyond the defaults.
    struct CallOptions {
        /// Time the server may wait before it answers; on top of the margin.
        var pollWait: Duration?
        var maximumResponseBytes = 1 << 20
    }

    func call(
        _ operation: SQSOperation, queueURL: String?, body: [UInt8], options: CallOptions = CallOptions()
    ) async throws(SQSError) -> AWSResponse {
        let total = options.pollWait.map { $0 + timeouts.longPollMargin } ?? timeouts.call
        let call = AWSCall(
            target: operation.target, endpoint: try endpoint(operation, queueURL: queueURL), body: body,
            timeouts: HTTPTimeouts(connect: timeouts.connect, idle: total, total: total),
            maximumResponseBytes: options.maximumResponseBytes, retriesTransportFailures: options.pollWait == nil)
        guard let queueURL else { return try await send(call, operation) }
        var pauses = newcomers.pauses(of: queueURL)[...]
        while true {
            do {
                let response = try await send(call, operation)
                newcomers.answered(queueURL)
                return response
            } catch {
                guard case .queueDoesNotExist = error.code, let pause = pauses.popFirst() else {
                    newcomers.answered(queueURL)
                    throw error
                }
                do {
                    try await environment.sleep(pause)
                } catch {
                    throw SQSError(.cancelled, operation: operation, message: "cancelled")
                }
            }
        }
    }

    private func send(_ call: AWSCall, _ operation: SQSOperation) async throws(SQSError) -> AWSResponse {
        do {
            return try await service.send(call)
        } catch {
            throw SQSError(error, operation: operation)
        }
    }

    /// Reads an answer, with what went wrong as an error that names the operation and the request.
    func read<Value>(
        _ response: AWSResponse, of operation: SQSOperation,
        _ decode: ([UInt8]) throws(ResponseBody.Failure) -> Value
    ) throws(SQSError) -> Value {
        do {
            return try decode(response.body)
        } catch {
            let (code, message): (SQSError.Code, String) =
                switch error {
                case .json(let error): (.malformedResponse, "the answer cannot be read: \(error)")
                case .missing(let name): (.malformedResponse, "the answer lacks \(name)")
                case .bodyMismatch(let index):
                    (.bodyMismatch, "the body of message number \(index + 1) of the answer does not match its MD5")
                }
            throw SQSError(
                code, operation: operation, status: 200, requestID: response.requestID, attempts: response.attempts,
                message: message, isRetryable: true)
        }
    }

    func refuse(_ operation: SQSOperation, _ message: String) -> SQSError {
        SQSError(.invalidRequest, operation: operation, message: message)
    }

    /// Whole seconds of a duration, within bounds.
    func seconds(
        _ duration: Duration, in bounds: ClosedRange<Int>, _ what: String, _ operation: SQSOperation
    ) throws(SQSError) -> Int {
        let (seconds, attoseconds) = duration.components
        guard attoseconds == 0, let whole = Int(exactly: seconds), bounds.contains(whole) else {
            throw refuse(operation, "the \(what) is not \(bounds.lowerBound) to \(bounds.upperBound) whole seconds")
        }
        return whole
    }

    private func endpoint(_ operation: SQSOperation, queueURL: String?) throws(SQSError) -> AWSEndpoint {
        do {
            return try endpoints.endpoint(resourceURL: queueURL)
        } catch {
            throw SQSError(.invalidEndpoint, operation: operation, message: "the queue URL is not usable: \(error)")
        }
    }
}

import CurlHTTP
package import Logging
package import SigV4
import Synchronization

/// Calls a service that speaks AWS JSON: signs, sends, reads errors, tries again.
///
/// All copies and tasks share its retry tokens and what it learnt of the service's clock.
package final class AWSJSONClient: Sendable {
    private let transport: any ServiceTransport
    private let credentials: any CredentialProvider
    private let signer: Signer
    private let probeSigner: Signer
    private let contentType: String
    private let probeTarget: String?
    private let policy: RetryPolicy
    private let environment: CallEnvironment
    private let logger: Logger

    private struct Shared {
        var quota: RetryQuota
        /// The service's clock minus this host's, in seconds.
        var clockCorrection: Int64 = 0
    }

    /// A lock, since it is held for a few additions only.
    private let shared: Mutex<Shared>

    /// - Parameters:
    ///   - jsonVersion: `1.0` or `1.1`, as the service's model says.
    ///   - probeTarget: A harmless read-only operation, to find out why a signature was refused; see ``SignatureMismatch``.
    package init(
        transport: any ServiceTransport, credentials: any CredentialProvider, signer: Signer, jsonVersion: String,
        probeTarget: String?, retry: RetryPolicy, environment: CallEnvironment = .live, logger: Logger
    ) {
        self.transport = transport
        self.credentials = credentials
        self.signer = signer
        var probing = signer.options
        probing.addsContentHashHeader = true
        self.probeSigner = Signer(region: signer.region, service: signer.service, options: probing)
        self.contentType = "application/x-amz-json-\(jsonVersion)"
        self.probeTarget = probeTarget
        self.policy = retry
        self.environment = environment
        self.logger = logger
        self.shared = Mutex(Shared(quota: RetryQuota(capacity: retry.quotaCapacity)))
    }

    /// Makes a call; returns the answer when its status is 2xx.
    ///
    /// - Throws: ``AWSCallError`` when the call failed for good, after the retries the policy allows.
    package func send(_ call: AWSCall) async throws(AWSCallError) -> AWSResponse {
        let payloadHash: SHA256Digest
        do {
            payloadHash = try SHA256Digest.hash(call.body)
        } catch {
            throw AWSCallError(.signing(error), attempts: 0)
        }
        var attempts = CallAttempts(policy: policy)
        while true {
            attempts.begin()
            switch await attempt(call, payloadHash: payloadHash, signer: signer) {
            case .success(let response):
                shared.withLock { attempts.succeeded(&$0.quota) }
                return AWSResponse(
                    body: response.body, requestID: response.headers["x-amzn-requestid"].map(ErrorText.requestID),
                    attempts: attempts.made)
            case .failure(let failed):
                let random = environment.random()
                let decision = shared.withLock { attempts.failed(failed.failure, quota: &$0.quota, random: random) }
                log(decision, failed, call, attempts)
                try await prepareNextTry(decision, after: failed, of: call, made: attempts.made)
            }
        }
    }

    /// Does what was decided; throws when that is to give up.
    private func prepareNextTry(
        _ decision: CallAttempts.Decision, after failed: Failed, of call: AWSCall, made: Int
    ) async throws(AWSCallError) {
        switch decision {
        case .retry(let delay):
            do {
                try await environment.sleep(delay)
            } catch {
                throw AWSCallError(.cancelled, attempts: made)
            }
        case .refreshCredentials:
            guard let rejected = failed.credentials, await obtainedOthers(than: rejected) else {
                throw AWSCallError(await explained(failed, call), attempts: made)
            }
        case .correctClock:
            guard let correction = failed.clockCorrection else { throw AWSCallError(failed.cause, attempts: made) }
            shared.withLock { $0.clockCorrection = correction }
        case .giveUp(let reason):
            throw AWSCallError(await explained(failed, call), attempts: made, quotaUsedUp: reason == .quotaUsedUp)
        }
    }

    // MARK: One try

    private struct Failed: Error {
        var cause: AWSCallError.Cause
        var failure: CallFailure
        var credentials: Credentials?
        var clockCorrection: Int64?

        static func final(_ cause: AWSCallError.Cause) -> Failed { Failed(cause: cause, failure: CallFailure(.final)) }
    }

    private func attempt(
        _ call: AWSCall, payloadHash: SHA256Digest, signer: Signer
    ) async -> Result<ServiceResponse, Failed> {
        let credentials: Credentials
        do {
            credentials = try await self.credentials.credentials()
        } catch {
            // Sources retry by themselves; here a source that is down for a moment counts as any other transient failure.
            return .failure(
                Failed(
                    cause: error.code == .cancelled ? .cancelled : .credentials(error),
                    failure: CallFailure(error.code == .unavailable ? .transient : .final)))
        }
        let signedAt = environment.unixSeconds + shared.withLock { $0.clockCorrection }
        let response: ServiceResponse
        do {
            let request = try signed(
                call, payloadHash: payloadHash, signer: signer, credentials: credentials, at: signedAt)
            response = try await exchange(request, call)
        } catch {
            return .failure(error)
        }
        if (200..<300).contains(response.status) { return .success(response) }
        return .failure(failure(response, credentials: credentials, signedAt: signedAt))
    }

    private func signed(
        _ call: AWSCall, payloadHash: SHA256Digest, signer: Signer, credentials: Credentials, at unixSeconds: Int64
    ) throws(Failed) -> HTTPRequest {
        var headers: [(name: String, value: String)] = [
            ("Host", call.endpoint.hostHeader), ("Content-Type", contentType), ("X-Amz-Target", call.target),
        ]
        do {
            let signature = try signer.sign(
                SigningRequest(method: "POST", path: call.endpoint.path, headers: headers, payloadHash: payloadHash),
                credentials: credentials, date: SigningDate(unixSeconds: unixSeconds))
            headers += signature.headers
        } catch {
            throw .final(.signing(error))
        }
        return HTTPRequest(
            method: "POST", url: call.endpoint.url, headers: HTTPHeaders(headers), body: call.body,
            timeouts: call.timeouts)
    }

    private func exchange(_ request: HTTPRequest, _ call: AWSCall) async throws(Failed) -> ServiceResponse {
        do {
            return try await transport.send(request, maximumBodyBytes: call.maximumResponseBytes)
        } catch {
            guard error.code != .cancelled else { throw .final(.cancelled) }
            let isRetried = error.isTransient && call.retriesTransportFailures
            let isTimeout = [.connectTimeout, .idleTimeout, .totalTimeout].contains(error.code)
            throw Failed(
                cause: .transport(error), failure: CallFailure(isRetried ? .transient : .final, isTimeout: isTimeout))
        }
    }

    private func failure(_ response: ServiceResponse, credentials: Credentials, signedAt: Int64) -> Failed {
        let error = AWSErrorParser.parse(
            status: response.status, header: { response.headers[$0] }, body: response.body)
        let now = environment.unixSeconds
        let correction = ClockSkew.correction(dateHeader: response.headers["date"], signedAt: signedAt, now: now)
        var kind = ErrorClass(error)
        if kind == .signature, correction != nil { kind = .clockSkew }
        let retryAfter = RetryAfter.duration(header: { response.headers[$0] }, now: now)
        return Failed(
            cause: .service(error), failure: CallFailure(kind, retryAfter: retryAfter), credentials: credentials,
            clockCorrection: correction)
    }

    // MARK: Repairs

    private func obtainedOthers(than rejected: Credentials) async -> Bool {
        await credentials.invalidate(rejected)
        guard let fresh = try? await credentials.credentials() else { return false }
        return fresh != rejected
    }

    /// Finds out why a signature was refused, by one request without a body.
    private func explained(_ failed: Failed, _ call: AWSCall) async -> AWSCallError.Cause {
        guard case .service(let error) = failed.cause, failed.failure.kind == .signature else { return failed.cause }
        if let hash = error.canonicalPayloadHash, let own = try? SHA256Digest.hash(call.body), hash != own.hex {
            return .signature(error, .alteredRequest)
        }
        guard let probeTarget, !call.body.isEmpty else { return .signature(error, .undetermined) }
        let probe = AWSCall(target: probeTarget, endpoint: call.endpoint, body: [], timeouts: call.timeouts)
        // Naming the hash of the empty body in a header takes out of play what a server makes of a body that is not there.
        switch await attempt(probe, payloadHash: .empty, signer: probeSigner) {
        case .success: return .signature(error, .alteredRequest)
        case .failure(let probed):
            guard case .service(let answer) = probed.cause else { return .signature(error, .undetermined) }
            switch probed.failure.kind {
            case .signature: return .signature(error, .wrongSecret)
            // Whatever else it says, it said so after it had accepted the signature, if it is an AWS service that speaks.
            case .final where answer.code != "HTTP\(answer.status)": return .signature(error, .alteredRequest)
            default: return .signature(error, .undetermined)
            }
        }
    }

    private func log(_ decision: CallAttempts.Decision, _ failed: Failed, _ call: AWSCall, _ attempts: CallAttempts) {
        if case .giveUp = decision { return }
        logger.debug(
            "AWS call failed and is tried again",
            metadata: [
                "target": "\(call.target)", "attempt": .stringConvertible(attempts.made), "next": "\(decision)",
                "error": "\(AWSCallError(failed.cause, attempts: attempts.made))",
            ])
    }
}

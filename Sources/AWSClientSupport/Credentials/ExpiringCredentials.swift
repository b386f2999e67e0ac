package import Logging
package import SigV4

/// Keeps temporary credentials, and fetches new ones in time, once for all who wait.
///
/// - Well before the end, everyone gets what is kept.
/// - In the last `refreshBefore` seconds, one fetch runs in the background while everyone still gets what is kept. A fetch that fails
///   is repeated no sooner than `retryInterval` seconds later.
/// - In the last `waitBefore` seconds, or with nothing kept, callers wait for the fetch. If it fails, they still get the kept ones while those are valid.
/// - Of a source that ``ExpiringCredentialSource/outlivesExpiration``, expired ones are used too. It is asked again after `extensionRange` seconds.
package actor ExpiringCredentials: CredentialProvider {
    package struct Timing: Sendable {
        /// Seconds before the end from which new credentials are fetched.
        package var refreshBefore: Int64 = 300
        /// Seconds before the end from which callers wait for them.
        package var waitBefore: Int64 = 60
        /// Seconds between a failed fetch and the next one while the kept credentials are still valid.
        package var retryInterval: Int64 = 10
        /// Seconds for which expired credentials are used before their source is asked again: spread, so that a whole fleet does not ask at once.
        package var extensionRange: ClosedRange<Int64> = 300...600

        package init() {}
    }

    private let source: any ExpiringCredentialSource
    private let timing: Timing
    private let environment: CallEnvironment
    private let logger: Logger
    private var kept: TemporaryCredentials?
    private var fetching: Task<Result<TemporaryCredentials, CredentialError>, Never>?
    private var notBefore: Int64 = .min

    package init(
        _ source: any ExpiringCredentialSource, timing: Timing = Timing(), environment: CallEnvironment = .live,
        logger: Logger
    ) {
        self.source = source
        self.timing = timing
        self.environment = environment
        self.logger = logger
    }

    deinit {
        fetching?.cancel()
    }

    package func credentials() async throws(CredentialError) -> Credentials {
        let now = environment.unixSeconds
        if let kept {
            let left = kept.expiration.map { $0 - now } ?? .max
            if left > timing.refreshBefore { return kept.credentials }
            let mayFetch = now >= notBefore
            if left > timing.waitBefore || (left > 0 && !mayFetch) {
                if mayFetch { _ = startFetching() }
                return kept.credentials
            }
        }
        switch await startFetching().value {
        case .success(let fetched):
            return fetched.credentials
        case .failure(let error):
            if let kept, (kept.expiration ?? .max) > environment.unixSeconds { return kept.credentials }
            throw error
        }
    }

    package func invalidate(_ rejected: Credentials) async {
        guard kept?.credentials == rejected else { return }
        kept = nil
        notBefore = .min
    }

    package func origin() async -> String? { kept.map { $0.origin ?? source.name } }

    /// The fetch under way, or a new one. The task belongs to this actor, since many callers share it and any of them may be cancelled.
    private func startFetching() -> Task<Result<TemporaryCredentials, CredentialError>, Never> {
        if let fetching { return fetching }
        let task = Task { [weak self, source] () async -> Result<TemporaryCredentials, CredentialError> in
            let result: Result<TemporaryCredentials, CredentialError>
            do throws(CredentialError) {
                result = .success(try await source.fetch())
            } catch {
                result = .failure(error)
            }
            return await self?.finish(result) ?? result
        }
        fetching = task
        return task
    }

    /// Keeps what came before anyone who waited goes on, so that none of them starts another fetch.
    private func finish(
        _ result: Result<TemporaryCredentials, CredentialError>
    ) -> Result<TemporaryCredentials, CredentialError> {
        fetching = nil
        switch result {
        case .success(let fetched):
            let now = environment.unixSeconds
            if let expiration = fetched.expiration, expiration <= now {
                guard source.outlivesExpiration else {
                    return failed(
                        CredentialError(
                            .unavailable, source: source.name,
                            message: "the credentials it gave have already expired: check this host's clock"))
                }
                return .success(extended(fetched, why: "it gave credentials that have expired"))
            }
            kept = fetched
            // One that gives nothing newer is not asked at every call.
            let isNearItsEnd = fetched.expiration.map { $0 - now <= timing.refreshBefore } ?? false
            notBefore = isNearItsEnd ? now + timing.retryInterval : .min
            return result
        case .failure(let error):
            return failed(error)
        }
    }

    /// Keeps credentials in use beyond their end, until the source is asked again.
    private func extended(_ credentials: TemporaryCredentials, why: String) -> TemporaryCredentials {
        let range = timing.extensionRange
        let seconds = range.lowerBound + Int64(environment.random() * Double(range.upperBound - range.lowerBound))
        logger.warning(
            "expired AWS credentials stay in use",
            metadata: ["source": "\(source.name)", "reason": "\(why)", "asked_again_in_s": .stringConvertible(seconds)])
        let extended = TemporaryCredentials(
            credentials.credentials, expiration: environment.unixSeconds + timing.refreshBefore + seconds,
            origin: credentials.origin)
        kept = extended
        notBefore = .min
        return extended
    }

    private func failed(_ error: CredentialError) -> Result<TemporaryCredentials, CredentialError> {
        let now = environment.unixSeconds
        if let kept, source.outlivesExpiration, let expiration = kept.expiration, expiration <= now + timing.waitBefore
        {
            return .success(extended(kept, why: "\(error)"))
        }
        notBefore = now + timing.retryInterval
        if kept != nil {
            logger.warning(
                "could not refresh AWS credentials; the present ones are used while they are valid",
                metadata: ["source": "\(source.name)", "error": "\(error)"])
        }
        guard kept != nil, error.code == .notConfigured else { return .failure(error) }
        // It was there before, so it is down and not absent.
        return .failure(CredentialError(.unavailable, source: error.source, message: error.message))
    }
}

import AWSClientSupport
import SigV4
import Synchronization

/// Temporary credentials that say which fetch they came from.
final class CountingSource: ExpiringCredentialSource {
    let name = "counting"
    let outlivesExpiration: Bool
    private let state = Mutex((fetches: 0, failing: false))
    private let expiration: @Sendable () -> Int64?
    private let delay: Duration

    init(
        delay: Duration = .zero, outlivesExpiration: Bool = false,
        expiration: @escaping @Sendable () -> Int64? = { nil }
    ) {
        self.delay = delay
        self.outlivesExpiration = outlivesExpiration
        self.expiration = expiration
    }

    var fetches: Int { state.withLock { $0.fetches } }

    func fail(_ failing: Bool) {
        state.withLock { $0.failing = failing }
    }

    func fetch() async throws(CredentialError) -> TemporaryCredentials {
        let (number, failing) = state.withLock { state in
            state.fetches += 1
            return (state.fetches, state.failing)
        }
        try? await Task.sleep(for: delay)
        if failing { throw CredentialError(.unavailable, source: name, message: "down") }
        return TemporaryCredentials(
            Credentials(accessKeyID: "AKID\(number)", secretAccessKey: "secret", sessionToken: "token-\(number)"),
            expiration: expiration())
    }
}

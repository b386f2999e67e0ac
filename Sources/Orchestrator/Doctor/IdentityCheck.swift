import AWSClientSupport
import CurlHTTP
import Logging
import ServiceRuntime
import SigV4

/// Finds out who this host is at AWS, and where that comes from.
struct IdentityCheck: Sendable {
    let queue: QueueSettings

    /// What was found of the identity in use.
    enum Identity: Sendable {
        /// Its ARN, as STS names it.
        case confirmed(arn: String)
        /// STS was not asked: the queue is not AWS's, and no endpoint of STS is configured.
        case notAsked
        /// STS could not be asked; the reason.
        case unreachable(String)
        /// STS does not accept the credentials; the reason.
        case refused(String)
    }

    /// - Throws: `CancellationError` only.
    func take(http: HTTPClient, within limit: Duration, logger: Logger) async throws -> Finding {
        do {
            return try await DeadlineError.after(limit) {
                let chain = try queue.credentials(http: http, logger: logger)
                let credentials = try await chain.credentials()
                return finding(
                    await identity(credentials, http: http), origin: await chain.origin() ?? "an unknown source")
            }
        } catch let error as CredentialError where error.code != .cancelled {
            return .problem(.identity, "\(error)", advice: Self.advice(error))
        } catch let error as ConfigurationError {
            return .problem(.identity, "\(error)", advice: "set \(error.variable)")
        } catch let error as DeadlineError {
            return .problem(.identity, "\(error)", advice: "look at where the credentials come from")
        }
    }

    private func identity(_ credentials: Credentials, http: HTTPClient) async -> Identity {
        guard queue.mayAskSTS else { return .notAsked }
        do {
            return .confirmed(arn: try await CallerIdentity.arn(of: credentials, queue.aws, transport: http))
        } catch {
            return error.code == .invalid ? .refused(error.message) : .unreachable(error.message)
        }
    }

    func finding(_ identity: Identity, origin: String) -> Finding {
        let place = "region \(queue.region) from \(queue.regionOrigin)"
        switch identity {
        case .confirmed(let arn): return .ok(.identity, "\(arn), from \(origin); \(place)")
        case .notAsked:
            return .ok(
                .identity,
                "credentials from \(origin); \(place); who they belong to is not asked, as the queue is not at AWS")
        case .unreachable(let reason):
            return .ok(
                .identity, "credentials from \(origin); \(place); STS could not be asked who they belong to: \(reason)")
        case .refused(let reason):
            return .problem(
                .identity, "the credentials from \(origin) are not accepted: \(reason)",
                advice: "renew them where they come from")
        }
    }

    private static func advice(_ error: CredentialError) -> String {
        switch error.code {
        case .notConfigured: "set AWS_PROFILE or AWS_ACCESS_KEY_ID, or give the task or instance a role"
        case .invalid: "correct it there"
        case .unavailable, .cancelled: "look at the service that gives the credentials"
        }
    }
}

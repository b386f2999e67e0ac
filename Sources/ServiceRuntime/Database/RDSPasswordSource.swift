import AWSClientSupport
import Postgres
import SigV4
import Synchronization

/// Makes the password of each connection to a database of Amazon RDS that takes IAM credentials.
///
/// A token is computed here, without a call to AWS; only the credentials may have to be fetched.
final class RDSPasswordSource: PostgresPasswordSource {
    private let signer: Signer
    private let credentials: any CredentialProvider
    private let calls: CallEnvironment
    /// What the last token was made with. A lock, since it is held for one assignment only.
    private let last = Mutex<Credentials?>(nil)

    init(region: AWSRegion, credentials: any CredentialProvider, calls: CallEnvironment = .live) {
        signer = Signer(region: region.name, service: RDSAuthToken.signingName)
        self.credentials = credentials
        self.calls = calls
    }

    let adviceWhenRefused =
        "for IAM authentication, check that the AWS identity may rds-db:connect as this user, that the user has the role rds_iam, "
        + "that host and AWS_REGION are the instance's own, and this host's clock"

    /// Keys without an end are asked for anew before each login but the first: they may have been rotated in their file, and a refused
    /// login does not say so.
    private func newest() async throws(CredentialError) -> Credentials {
        var current = try await credentials.credentials()
        if current.sessionToken == nil, last.withLock({ $0 }) == current {
            await credentials.invalidate(current)
            current = try await credentials.credentials()
        }
        last.withLock { $0 = current }
        return current
    }

    func password(for target: PostgresTarget) async throws(PostgresPasswordError) -> String {
        let current: Credentials
        do throws(CredentialError) {
            current = try await newest()
        } catch {
            throw PostgresPasswordError(
                message: error.description, isTransient: error.code == .unavailable || error.code == .cancelled)
        }
        do throws(SigningError) {
            return try RDSAuthToken.make(
                host: target.host, port: target.port, user: target.user, signer: signer, credentials: current,
                date: SigningDate(unixSeconds: calls.unixSeconds))
        } catch {
            throw PostgresPasswordError(message: error.description, isTransient: false)
        }
    }
}

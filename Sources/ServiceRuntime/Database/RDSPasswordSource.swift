import AWSClientSupport
import Postgres
import SigV4

/// Makes the password of each connection to a database of Amazon RDS that takes IAM credentials.
///
/// A token is computed here, without a call to AWS; only the credentials may have to be fetched.
struct RDSPasswordSource: PostgresPasswordSource {
    private let signer: Signer
    private let credentials: any CredentialProvider
    private let calls: CallEnvironment

    init(region: AWSRegion, credentials: any CredentialProvider, calls: CallEnvironment = .live) {
        signer = Signer(region: region.name, service: RDSAuthToken.signingName)
        self.credentials = credentials
        self.calls = calls
    }

    let adviceWhenRefused =
        "for IAM authentication, check that the AWS identity may rds-db:connect as this user, that the user has the role rds_iam, "
        + "that host and AWS_REGION are the instance's own, and this host's clock"

    func password(for target: PostgresTarget) async throws(PostgresPasswordError) -> String {
        let current: Credentials
        do throws(CredentialError) {
            current = try await credentials.credentials()
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

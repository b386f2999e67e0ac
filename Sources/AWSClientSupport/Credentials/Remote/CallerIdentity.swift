package import SigV4

/// Asks the Security Token Service who some credentials belong to. Everybody may.
package enum CallerIdentity {
    /// - Returns: An ARN, such as `arn:aws:sts::123456789012:assumed-role/sync/task`.
    /// - Throws: ``CredentialError``: `invalid` when the credentials are refused, `unavailable` when there is no answer.
    package static func arn(
        of credentials: Credentials, _ settings: AWSSettings, transport: any ServiceTransport,
        calls: CallEnvironment = .live
    ) async throws(CredentialError) -> String {
        let source = "STS"
        let region: AWSRegion?
        let configured: AWSEndpoint?
        do throws(AWSSettingsError) {
            region = try settings.region()?.value
            configured = try settings.endpoint(of: .sts)?.value
        } catch let problem {
            throw CredentialError(.invalid, source: source, message: problem.description)
        }
        guard let region else { throw CredentialError(.invalid, source: source, message: "no region is set") }
        let sts = STSRequest(
            endpoint: configured ?? region.endpoint(of: AWSService.sts.rawValue),
            http: CredentialHTTP(transport: transport, environment: calls, source: source, attempts: 2))
        do {
            return try await sts.getCallerIdentity(region: region.name, credentials: credentials)
        } catch {
            // What answers may be an emulator without an STS. Only these words say that the credentials are wrong.
            let refusals = [
                "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "ExpiredToken",
            ]
            guard error.code == .invalid, !refusals.contains(where: error.message.contains) else { throw error }
            throw CredentialError(.unavailable, source: source, message: error.message)
        }
    }
}

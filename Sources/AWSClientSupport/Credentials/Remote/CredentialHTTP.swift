import CurlHTTP

/// Asks a credential service, a few times if need be.
struct CredentialHTTP: Sendable {
    let transport: any ServiceTransport
    let environment: CallEnvironment
    let source: String
    /// Tries in all.
    var attempts = 3
    /// What a status means at this service, and what to do; `nil`: what its answer says.
    var explains: @Sendable (_ status: Int) -> String? = { _ in nil }

    /// - Returns: The body of a 2xx answer.
    /// - Throws: ``CredentialError``: `unavailable` for what may pass, `invalid` for a refusal.
    func send(_ request: HTTPRequest) async throws(CredentialError) -> [UInt8] {
        var attempt = 1
        while true {
            let failed: CredentialError
            do throws(HTTPClientError) {
                let response = try await transport.send(request, maximumBodyBytes: 256 << 10)
                if (200..<300).contains(response.status) { return response.body }
                failed = refusal(response)
            } catch {
                guard error.code != .cancelled else {
                    throw CredentialError(.cancelled, source: source, message: "cancelled")
                }
                failed = CredentialError(
                    error.isTransient ? .unavailable : .invalid, source: source, message: "\(error)")
            }
            guard failed.code == .unavailable, attempt < attempts else { throw failed }
            do {
                try await environment.sleep(
                    RetryPolicy.standard.delay(beforeRetry: attempt, random: environment.random()))
            } catch {
                throw CredentialError(.cancelled, source: source, message: "cancelled")
            }
            attempt += 1
        }
    }

    /// What came with a status of failure may be credentials all the same, or pieces of them: only an error document is quoted.
    private func refusal(_ response: ServiceResponse) -> CredentialError {
        if let explanation = explains(response.status) {
            return CredentialError(.invalid, source: source, message: explanation)
        }
        var error = AWSErrorParser.parse(
            status: response.status, header: { response.headers[$0] }, body: response.body, quotesText: false)
        let mayPass = [.throttling, .transient].contains(ErrorClass(error))
        // Codes are words; in a damaged document anything may stand in the place of one.
        if !error.code.allSatisfy({ $0.isASCII && $0.isLetter }) { error.code = "HTTP\(response.status)" }
        return CredentialError(mayPass ? .unavailable : .invalid, source: source, message: "it answered \(error)")
    }
}

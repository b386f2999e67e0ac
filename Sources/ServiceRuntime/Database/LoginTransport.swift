import AWSClientSupport
import CurlHTTP
import Logging
import Synchronization

/// Fetches the credentials that database tokens are made with, where they come over HTTP.
///
/// Its client is made for the first request, since most credentials come without one, and is kept to the process's end: a client that is
/// given up just before that would take its thread down while libcurl and OpenSSL are being taken down too.
struct LoginTransport: ServiceTransport {
    private let configuration: HTTPClientConfiguration
    private let logger: Logger

    private static let client = Mutex<HTTPClient?>(nil)

    init(configuration: HTTPClientConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPClientError) -> ServiceResponse {
        let client = Self.client.withLock { kept in
            let client = kept ?? HTTPClient(configuration: configuration, logger: logger)
            kept = client
            return client
        }
        return try await client.send(request, maximumBodyBytes: maximumBodyBytes)
    }
}

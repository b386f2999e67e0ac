import AWSClientSupport
package import CurlHTTP
import SyncCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The legacy API as an HTTP client sees it: asks for the stream, and says why it cannot be had.
package struct LegacyAPI: StreamSource {
    private let http: HTTPClient
    private let configuration: LegacyAPIConfiguration

    package init(http: HTTPClient, configuration: LegacyAPIConfiguration) {
        self.http = http
        self.configuration = configuration
    }

    /// Asks for the stream and checks that what comes back can be it.
    /// - Throws: `StreamFailure`, or `CancellationError`.
    package func open() async throws -> OpenStream {
        let request = HTTPRequest(
            url: configuration.url,
            headers: ["x-api-key": configuration.key, "Accept": "application/json"],
            timeouts: HTTPTimeouts(idle: configuration.idleTimeout, total: nil),
            acceptsCompressed: true, authorities: configuration.certificateAuthorityFile.map { .file($0) } ?? .system
        )
        let stream: HTTPResponseStream
        do {
            stream = try await http.open(request)
        } catch {
            throw Self.failure(error)
        }
        // 203: a proxy has changed something on the way, which is not hidden in the body (RFC 9110, section 15.3.4).
        guard stream.status == 200 || stream.status == 203 else {
            throw Self.failure(status: stream.status, headers: stream.headers)
        }
        guard stream.isDelimited else {
            throw StreamFailure(
                kind: .transport(transient: false),
                description:
                    "the legacy API's answer has neither a length nor chunks, so its end cannot be told from a cut")
        }
        let contentType = stream.headers["content-type"]
        return OpenStream(
            contentType: contentType,
            chunks: try await LegacyBody.open(
                stream.body, contentType: contentType, within: configuration.idleTimeout))
    }

    /// What a failure of the transport means for the attempt.
    static func failure(_ error: HTTPClientError) -> any Error {
        if error.code == .cancelled { return CancellationError() }
        return StreamFailure(kind: .transport(transient: error.isTransient), description: "\(error)")
    }

    private static func failure(status: Int, headers: HTTPHeaders) -> StreamFailure {
        let advice =
            switch status {
            case 200..<300: ", which brings no whole stream"
            case 401, 403: "; check LEGACY_API_KEY"
            case 404, 410: "; check LEGACY_API_URL"
            case 300..<400:
                "; redirects are not followed, since they would carry the key elsewhere: set LEGACY_API_URL to the final address"
            default: ""
            }
        return StreamFailure(
            kind: .status(status),
            retryAfter: RetryAfter.duration(
                header: { headers[$0] }, now: Int64(Date().timeIntervalSince1970)),
            description: "the legacy API answered \(status)\(advice)")
    }
}

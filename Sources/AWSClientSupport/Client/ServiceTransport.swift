package import CurlHTTP

/// What carries requests to a service: ``HTTPClient``, or a script in a test.
package protocol ServiceTransport: Sendable {
    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPClientError) -> ServiceResponse
}

/// A service's answer, as it came.
package struct ServiceResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension HTTPClient: ServiceTransport {
    package func send(
        _ request: HTTPRequest, maximumBodyBytes: Int
    ) async throws(HTTPClientError) -> ServiceResponse {
        let response = try await execute(request, maximumBodyBytes: maximumBodyBytes)
        return ServiceResponse(status: response.status, headers: response.headers, body: response.body)
    }
}

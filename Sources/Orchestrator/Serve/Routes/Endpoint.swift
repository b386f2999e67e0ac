import HTTPTypes
import Hummingbird
import NIOCore

extension Router {
    /// One path with all that can be asked of it; any other method is answered with 405 and those that are allowed.
    func endpoint(
        _ path: String, _ handlers: [HTTPRequest.Method: @Sendable (Request, Context) async throws -> Response]
    ) {
        let handlers = handlers.merging(head(for: handlers[.get])) { own, _ in own }
        let allowed = handlers.keys.map(\.rawValue).sorted().joined(separator: ", ")
        for method in HTTPRequest.Method.known {
            on(RouterPath(path), method: method) { request, context in
                guard let handler = handlers[method] else {
                    throw Problem(
                        .methodNotAllowed, "\(request.uri.path) takes \(allowed)", headers: [.allow: allowed])
                }
                return try await handler(request, context)
            }
        }
    }

    /// HEAD is answered as GET is, without the body.
    private func head(
        for get: (@Sendable (Request, Context) async throws -> Response)?
    ) -> [HTTPRequest.Method: @Sendable (Request, Context) async throws -> Response] {
        guard let get else { return [:] }
        return [.head: { request, context in try await get(request, context).withoutBody() }]
    }
}

extension HTTPRequest.Method {
    /// Those that a client may try; others find no route at all.
    static let known: [HTTPRequest.Method] =
        [.get, .head, .post, .put, .patch, .delete, .options, .trace] + [HTTPRequest.Method("QUERY")].compactMap(\.self)
}

extension Response {
    /// The same answer for HEAD: its length is told, its body is not sent.
    func withoutBody() -> Response {
        var response = self
        if let length = body.contentLength { response.headers[.contentLength] = String(length) }
        response.body = ResponseBody()
        return response
    }
}

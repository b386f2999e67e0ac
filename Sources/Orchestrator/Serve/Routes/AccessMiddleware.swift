import HTTPTypes
import Hummingbird

/// Lets through what the guard allows.
struct AccessMiddleware<Context: RequestContext>: RouterMiddleware {
    let access: RequestGuard

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        switch access.check(path: request.uri.path, authority: request.head.authority, headers: request.headers) {
        case nil:
            return try await next(request, context)
        case .unauthorized:
            throw Problem(
                .unauthorized, "show the token: 'Authorization: Bearer …', with the value of SYNC_API_TOKEN",
                headers: [.wwwAuthenticate: "Bearer realm=\"user-sync\""])
        case .foreignHost:
            throw Problem(.misdirectedRequest, "this server answers to names of loopback only, such as localhost")
        case .severalHosts:
            throw Problem(.badRequest, "the request has more than one Host; send one")
        case .foreignOrigin:
            throw Problem(.forbidden, "requests from web pages of other origins are refused")
        }
    }
}

import HTTPTypes
import Hummingbird
import Logging
import Postgres
import SQS
import SyncCore
import SyncStorage

/// Turns whatever goes wrong into a problem document, and puts the security headers on every answer.
struct AnswerMiddleware<Context: RequestContext>: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = try problem(error, request, context).response()
            if request.method == .head { response = response.withoutBody() }
        }
        for (name, value) in SecurityHeaders.all { response.headers[name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    private func problem(_ error: any Error, _ request: Request, _ context: Context) -> Problem {
        // The route's pattern, not the path: that may hold a user's name.
        let route = context.endpointPath ?? "none"
        switch error {
        case let problem as Problem:
            return problem
        case let error as HTTPError:
            let detail = error.status == .notFound ? "there is nothing at this path; see /openapi.json" : error.body
            return Problem(error.status, detail ?? error.status.reasonPhrase)
        case is SchemaError, is ExtraFieldsError:
            return Problem(.serviceUnavailable, "\(error)", headers: [.retryAfter: "10"])
        case UserTableError.tooSlow:
            return Problem(.gatewayTimeout, "\(error)")
        case UserTableError.unwritableName:
            return Problem(.badRequest, "after: \(error)")
        case let error as SQSError:
            logger.warning(
                "the queue could not be used", metadata: ["route": "\(route)", "error": "\(error)"])
            return Problem(
                .serviceUnavailable, "the queue cannot be used just now; the log says why",
                headers: [.retryAfter: "5"])
        default:
            logger.error(
                "a request failed",
                metadata: ["method": "\(request.method)", "route": "\(route)", "error": "\(error)"])
            let isAway = (error as? PostgresError).map { $0.isTransient || $0.code == .connectFailed } ?? false
            // The cause may name hosts and queries: it is for the log.
            return isAway
                ? Problem(
                    .serviceUnavailable, "the database cannot be reached just now; the log says why",
                    headers: [.retryAfter: "5"])
                : Problem(.internalServerError, "the request failed; the log says why")
        }
    }
}

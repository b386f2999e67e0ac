import HTTPTypes
import Hummingbird
import Synchronization

/// Keeps places for probes: beyond a number of requests at once, only `/health` and `/ready` are answered.
///
/// There is no limit per address: behind a proxy all clients have the same one.
struct BusyMiddleware<Context: RequestContext>: RouterMiddleware {
    private let places: RequestPlaces

    /// - Parameter limit: requests at once, event streams included.
    init(limit: Int) {
        places = RequestPlaces(limit: limit)
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path != "/health", request.uri.path != "/ready" else {
            return try await next(request, context)
        }
        guard let place = places.take() else {
            throw Problem(
                .serviceUnavailable, "too many requests at once: try again in a moment", headers: [.retryAfter: "1"])
        }
        var response = try await next(request, context)
        // An event stream ends late: the place is held until its body is gone.
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            defer { withExtendedLifetime(place) {} }
            try await body.write(writer)
        }
        return response
    }
}

/// How many requests are being answered.
final class RequestPlaces: Sendable {
    /// One request's place; it is free again once nothing holds it, whatever became of the request.
    final class Place: Sendable {
        private let places: RequestPlaces

        fileprivate init(_ places: RequestPlaces) {
            self.places = places
        }

        deinit {
            places.taken.subtract(1, ordering: .relaxed)
        }
    }

    private let limit: Int
    private let taken = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: nil when all places are taken.
    func take() -> Place? {
        guard taken.add(1, ordering: .relaxed).newValue <= limit else {
            taken.subtract(1, ordering: .relaxed)
            return nil
        }
        return Place(self)
    }
}

import Hummingbird
import NIOCore

/// What is built into the program and served as it is.
struct DocumentRoutes: Sendable {
    func add(to router: Router<some RequestContext>) {
        router.endpoint(
            "/openapi.json",
            [
                .get: { request, _ in
                    try request.allowsQuery()
                    return Response(
                        status: .ok, headers: [.contentType: "application/json"],
                        body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
                }
            ])
    }
}

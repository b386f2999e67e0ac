import Hummingbird
import NIOCore

/// What is built into the program and served as it is: the OpenAPI document and the web page.
struct DocumentRoutes: Sendable {
    func add(to router: Router<some RequestContext>) {
        add("/openapi.json", "application/json", PackageResources.openapi_json, to: router)
        for file in PageFile.all { add(file.path, file.mediaType, file.bytes, to: router) }
    }

    private func add(_ path: String, _ mediaType: String, _ bytes: [UInt8], to router: Router<some RequestContext>) {
        let body = ByteBuffer(bytes: bytes)
        router.endpoint(
            path,
            [
                .get: { request, _ in
                    try request.allowsQuery()
                    return Response(
                        status: .ok, headers: [.contentType: mediaType], body: ResponseBody(byteBuffer: body))
                }
            ])
    }
}

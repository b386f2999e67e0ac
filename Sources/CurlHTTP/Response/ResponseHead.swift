/// Status and headers of a final response.
struct ResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders

    func isDelimited(method: String) -> Bool {
        method == "HEAD" || status == 204 || status == 304 || headers["Content-Length"] != nil
            || headers["Transfer-Encoding"] != nil
    }
}

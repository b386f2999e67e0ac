internal import CCurl

/// libcurl's state for the whole process, set up once and kept: other users of libcurl in the process may hold it too.
enum CurlGlobal {
    private static let result = ccurl_global_init()

    static func initialise() throws(CurlFailure) {
        guard result == CURLE_OK else { throw .globalInitialisation(result) }
    }
}

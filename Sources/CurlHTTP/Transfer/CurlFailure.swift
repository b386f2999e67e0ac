internal import CCurl

/// A return code of libcurl that is not OK.
enum CurlFailure: Error, CustomStringConvertible {
    case easy(CURLcode)
    case multi(CURLMcode)
    case noMemory
    case globalInitialisation(CURLcode)

    var description: String {
        switch self {
        case .easy(let code), .globalInitialisation(let code):
            "libcurl \(code.rawValue): \(String(cString: curl_easy_strerror(code)))"
        case .multi(let code): "libcurl multi \(code.rawValue): \(String(cString: curl_multi_strerror(code)))"
        case .noMemory: "libcurl had no memory for a handle"
        }
    }
}

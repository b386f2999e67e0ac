import AWSClientSupport
import CurlHTTP
import Synchronization

/// A service in a box: answers each request by the next line of a script, and remembers what was asked.
final class ScriptedTransport: ServiceTransport {
    enum Line {
        case answer(ServiceResponse)
        case failure(HTTPClientError.Code)
    }

    private let lines: Mutex<[Line]>
    private let seen = Mutex<[HTTPRequest]>([])

    /// When the script is over, its last line is repeated.
    init(_ lines: [Line]) {
        self.lines = Mutex(lines)
    }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPClientError) -> ServiceResponse {
        seen.withLock { $0.append(request) }
        let line = lines.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
        switch line {
        case .answer(let response): return response
        case .failure(let code): throw HTTPClientError(code: code, method: "POST", host: "h", detail: "scripted")
        case nil: throw HTTPClientError(code: .connect, method: "POST", host: "h", detail: "no script")
        }
    }
}

extension ScriptedTransport.Line {
    static func json(_ status: Int, _ body: String, _ headers: HTTPHeaders = [:]) -> Self {
        .answer(ServiceResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    static func error(_ status: Int, _ code: String, _ message: String = "", _ headers: HTTPHeaders = [:]) -> Self {
        json(status, "{\"__type\":\"\(code)\",\"message\":\"\(message)\"}", headers)
    }
}

import CurlHTTP
import Logging
import Synchronization
import TestSupport

/// The HTTP client as the orchestrator uses it, and a server on loopback that answers it with made-up bodies.
final class ContentExchange: Sendable {
    /// One for all cases of this process: a connection is kept from case to case, as far as a case leaves it whole.
    static let shared = Shared { try ContentExchange() }

    private let client: HTTPClient
    private let server: MisbehavingHTTPServer
    private let waiting: Waiting

    /// Answers that were not asked for yet, by the request's path.
    private final class Waiting: Sendable {
        let cases = Mutex<[String: ContentCase]>([:])
        let count = Atomic(0)
    }

    private init() throws {
        let waiting = Waiting()
        self.waiting = waiting
        server = try MisbehavingHTTPServer.start { connection, request in
            guard let answer = waiting.cases.withLock({ $0.removeValue(forKey: request.target) }) else {
                return try connection.respond("404 Not Found")
            }
            try answer.send(on: connection)
        }
        client = HTTPClient(logger: Logger(label: "fuzzing") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Asks for the answer of a case.
    func open(_ answer: ContentCase) async throws(HTTPClientError) -> HTTPResponseStream {
        let path = "/\(waiting.count.add(1, ordering: .relaxed).newValue)"
        waiting.cases.withLock { $0[path] = answer }
        return try await client.open(
            HTTPRequest(
                url: server.url + path, timeouts: HTTPTimeouts(idle: .seconds(60), total: nil), acceptsCompressed: true)
        )
    }
}

extension ContentCase {
    /// Answers as this case has it.
    fileprivate func send(on connection: MisbehavingHTTPConnection) throws {
        let coding = header.map { ["Content-Encoding: \($0)"] } ?? []
        let sent = body[..<(breaksAfter ?? body.count)]
        switch framing {
        case .length:
            // More is promised than comes, if it breaks.
            let length = body.count + (breaksAfter == nil ? 0 : 1)
            try connection.sendHead("200 OK", coding + ["Content-Length: \(length)"])
            try eachPiece(of: sent) { try connection.send($0) }
        case .chunks:
            try connection.sendHead("200 OK", coding + ["Transfer-Encoding: chunked"])
            try eachPiece(of: sent) { if !$0.isEmpty { try connection.sendChunk($0) } }
            if breaksAfter == nil { try connection.sendChunk([]) }
        }
        if breaksAfter != nil { throw MisbehavingHTTPConnection.Closed() }
    }

    private func eachPiece(of bytes: ArraySlice<UInt8>, _ body: ([UInt8]) throws -> Void) rethrows {
        var pieces = pieces
        var rest = bytes
        while !rest.isEmpty {
            let count = pieces.next(of: rest.count)
            try body(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
    }
}

import Foundation
import Synchronization

/// Stands between a program and the HTTP server that it talks to, and injects faults by rule.
///
/// It speaks HTTP/1.1 with a length or chunks, over plain TCP on loopback. Each request has a connection to the server of its
/// own, and the client's connection is closed after the answer, so that every fault meets exactly one request.
package final class FaultProxy: Sendable {
    /// Decides about one request; called on the thread that serves it.
    package typealias Rule = @Sendable (MisbehavingHTTPRequest) -> FaultAction

    private let server: MisbehavingHTTPServer
    private let shared: SharedState

    /// What the connections' threads share with the test.
    private final class SharedState: Sendable {
        let port: Int
        let rule = Mutex<Rule>({ _ in .forward })
        let faults = Atomic(0)
        let held = Atomic(0)

        init(port: Int) { self.port = port }
    }

    /// `http://127.0.0.1:<port>`
    package var url: String { server.url }
    /// Requests that met a fault so far. A test that injects faults expects some.
    package var faults: Int { shared.faults.load(ordering: .sequentiallyConsistent) }
    /// Requests that came so far.
    package var requests: Int { server.requestsReceived }
    /// Requests that are, or were, held.
    package var held: Int { shared.held.load(ordering: .sequentiallyConsistent) }

    /// Starts a proxy that hands everything on, until ``inject(_:)`` says otherwise.
    /// - Parameter upstream: the server's URL on 127.0.0.1; its path does not count.
    package static func start(to upstream: String) throws -> FaultProxy {
        guard let port = URL(string: upstream)?.port else { throw TestSupportError("no port in \(upstream)") }
        let shared = SharedState(port: port)
        let server = try MisbehavingHTTPServer.start { connection, request in
            try serve(request, on: connection, shared)
            throw MisbehavingHTTPConnection.Closed()
        }
        return FaultProxy(server: server, shared: shared)
    }

    private init(server: MisbehavingHTTPServer, shared: SharedState) {
        self.server = server
        self.shared = shared
    }

    /// Puts a rule in the place of the one before. Requests that are being served go on under theirs.
    package func inject(_ rule: @escaping Rule) {
        shared.rule.withLock { $0 = rule }
    }

    /// Hands everything on from now on.
    package func heal() {
        inject { _ in .forward }
    }

    package func stop() {
        server.stop()
    }

    // MARK: Serving

    private static func serve(
        _ request: MisbehavingHTTPRequest, on connection: MisbehavingHTTPConnection, _ shared: SharedState
    ) throws {
        let rule = shared.rule.withLock { $0 }
        let action = rule(request)
        if case .forward = action {} else { shared.faults.add(1, ordering: .sequentiallyConsistent) }
        switch action {
        case .forward:
            try relay(request, on: connection, shared, atMost: nil)
        case .answer(let answer):
            try respond(answer, on: connection)
        case .rewrite(let body, let transform):
            try respond(transform(try wholeAnswer(to: request, body: body, shared)), on: connection)
        case .cutRequest:
            throw connection.reset()
        case .loseAnswer:
            _ = try wholeAnswer(to: request, body: request.body, shared)
            throw connection.reset()
        case .cutAnswer(let bytes):
            try relay(request, on: connection, shared, atMost: bytes)
            throw connection.reset()
        case .delayAnswer(let seconds):
            let answer = try wholeAnswer(to: request, body: request.body, shared)
            if connection.waitForClose(seconds: seconds) { return }
            try respond(answer, on: connection)
        case .hold:
            shared.held.add(1, ordering: .sequentiallyConsistent)
            _ = connection.waitForClose(seconds: 600)
        }
    }

    /// Brings the answer back piece by piece, as it comes.
    private static func relay(
        _ request: MisbehavingHTTPRequest, on connection: MisbehavingHTTPConnection, _ shared: SharedState,
        atMost limit: Int?
    ) throws {
        let upstream = try open(request, body: request.body, shared)
        let head = try upstream.readHead()
        try connection.sendHead(head.status, head.lasting + ["Connection: close"])
        var left = limit ?? .max
        // A server that keeps its connection open says how long its answer is.
        var unread = head.value("Content-Length").flatMap { Int($0) } ?? .max
        while left > 0, unread > 0, let piece = try upstream.readBody() {
            try connection.send(Array(piece.prefix(left)))
            left -= min(left, piece.count)
            unread -= min(unread, piece.count)
        }
    }

    private static func wholeAnswer(
        to request: MisbehavingHTTPRequest, body: [UInt8], _ shared: SharedState
    ) throws -> HTTPAnswer {
        let upstream = try open(request, body: body, shared)
        let head = try upstream.readHead()
        guard let length = head.value("Content-Length").flatMap({ Int($0) }) else {
            throw TestSupportError("only an answer with a length can be kept or changed")
        }
        var bytes: [UInt8] = []
        while bytes.count < length, let piece = try upstream.readBody() { bytes += piece }
        let lines = head.lasting.filter { !$0.lowercased().hasPrefix("content-length:") }
        return HTTPAnswer(status: head.status, headerLines: lines, body: bytes)
    }

    private static func open(
        _ request: MisbehavingHTTPRequest, body: [UInt8], _ shared: SharedState
    ) throws -> UpstreamConnection {
        let upstream = try UpstreamConnection(port: shared.port)
        try upstream.send(request, body: body)
        return upstream
    }

    private static func respond(_ answer: HTTPAnswer, on connection: MisbehavingHTTPConnection) throws {
        try connection.respond(answer.status, answer.headerLines + ["Connection: close"], body: answer.body)
    }
}

import CurlHTTP
import LambdaRuntime
import Logging
import Synchronization
import TestSupport
import Testing

@Suite("The Lambda Runtime API")
struct LambdaRuntimeIntegrationTests {
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Runs a loop against a server while `body` hands it work; the loop is cancelled when `body` is done.
    private func withLoop(
        _ address: String, _ handle: @escaping @Sendable (LambdaInvocation) async -> LambdaLoop.Answer,
        _ body: () async throws -> Void
    ) async throws {
        let http = HTTPClient(logger: logger)
        let loop = LambdaLoop(client: try LambdaRuntimeClient(address: address, http: http), logger: logger)
        let running = Task { try await loop.run(handle) }
        do {
            try await body()
            running.cancel()
            try await running.value
        } catch {
            running.cancel()
            await http.shutdown()
            throw error
        }
        await http.shutdown()
    }

    /// What a loop ends with when it is left alone with a server.
    private func failure(of answer: @escaping MisbehavingHTTPServer.Answer) async throws -> LambdaRuntimeError? {
        let server = try MisbehavingHTTPServer.start(answer)
        defer { server.stop() }
        return try await failure(at: "127.0.0.1:\(server.port)")
    }

    private func failure(at address: String) async throws -> LambdaRuntimeError? {
        let http = HTTPClient(logger: logger)
        let client = try LambdaRuntimeClient(address: address, http: http, pause: { _ in .milliseconds(1) })
        var failure: LambdaRuntimeError?
        do {
            try await LambdaLoop(client: client, logger: logger).run { _ in .response([]) }
        } catch {
            failure = error
        }
        await http.shutdown()
        return failure
    }

    @Test("each invocation is answered under its own name, with what its work came to")
    func answers() async throws {
        let server = try LambdaRuntimeServer()
        defer { server.stop() }
        let handle: @Sendable (LambdaInvocation) async -> LambdaLoop.Answer = { invocation in
            let text = String(decoding: invocation.event, as: UTF8.self)
            if text == "wrong" { return .failure(LambdaFailure(type: "Test.Wrong", message: "it \"is\"")) }
            return .response(Array("\(text)!".utf8))
        }
        try await withLoop(server.address, handle) {
            let one = try await server.invoke(Array("one".utf8))
            #expect(one == .response("one!"))
            let failed = try await server.invoke(Array("wrong".utf8))
            let wrong = #"{"errorMessage":"it \"is\"","errorType":"Test.Wrong","stackTrace":[]}"#
            #expect(failed == .error(type: "Test.Wrong", body: wrong))
            let two = try await server.invoke(Array("two".utf8))
            #expect(two == .response("two!"))
        }
    }

    @Test("an invocation carries its deadline, its trace and its whole event")
    func invocation() async throws {
        let server = try LambdaRuntimeServer()
        defer { server.stop() }
        let seen = Mutex<LambdaInvocation?>(nil)
        let event = [UInt8](repeating: UInt8(ascii: "x"), count: 6 << 20)
        let handle: @Sendable (LambdaInvocation) async -> LambdaLoop.Answer = { invocation in
            seen.withLock { $0 = invocation }
            return .response(Array("{}".utf8))
        }
        try await withLoop(server.address, handle) { _ = try await server.invoke(event) }
        let invocation = try #require(seen.withLock { $0 })
        #expect(invocation.event == event)
        #expect(invocation.traceHeader?.hasPrefix("Root=1-") == true)
        #expect(invocation.deadline > 1_700_000_000_000)
    }

    @Test("an answer that Lambda refuses is not the end")
    func refusedAnswer() async throws {
        let server = try LambdaRuntimeServer()
        defer { server.stop() }
        try await withLoop(server.address, { _ in .response(Array("{}".utf8)) }) {
            server.refuseNextAnswer()
            _ = try await server.invoke([])
            #expect(try await server.invoke([]) == .response("{}"))
        }
    }

    @Test("a start that fails is told with its reason")
    func initializationFailure() async throws {
        let server = try LambdaRuntimeServer()
        defer { server.stop() }
        let http = HTTPClient(logger: logger)
        let client = try LambdaRuntimeClient(address: server.address, http: http)
        try await client.reportInitialization(LambdaFailure(type: "Test.Start", message: "no"))
        await http.shutdown()
        let body = #"{"errorMessage":"no","errorType":"Test.Start","stackTrace":[]}"#
        #expect(server.startFailures == [.error(type: "Test.Start", body: body)])
    }

    @Test("an interface that is gone ends the loop after a few tries")
    func gone() async throws {
        #expect(try await failure(at: "127.0.0.1:\(try freePort())")?.code == .unreachable)
    }

    @Test("an interface that answers with an error ends the loop")
    func serverError() async throws {
        let failure = try await failure { connection, _ in try connection.respond("500 Internal Server Error") }
        #expect(failure?.code == .refused)
    }

    @Test(
        "an invocation without a usable name or deadline ends the loop",
        arguments: [
            [], ["Lambda-Runtime-Aws-Request-Id: a"], ["Lambda-Runtime-Deadline-Ms: 1"],
            ["Lambda-Runtime-Aws-Request-Id: a/../b", "Lambda-Runtime-Deadline-Ms: 1"],
            ["Lambda-Runtime-Aws-Request-Id: a", "Lambda-Runtime-Deadline-Ms: soon"],
        ])
    func malformed(headers: [String]) async throws {
        let failure = try await failure { connection, _ in try connection.respond("200 OK", headers, "{}") }
        #expect(failure?.code == .malformed)
    }

    @Test("a connection that is cut while an invocation is waited for is replaced")
    func cutConnection() async throws {
        let cuts = Atomic(0)
        let failure = try await failure { connection, request in
            if cuts.add(1, ordering: .relaxed).newValue < 3 { throw connection.reset() }
            try connection.respond("410 Gone")
        }
        #expect(failure?.code == .refused)
        #expect(cuts.load(ordering: .relaxed) == 3)
    }

    @Test("an address that is no host and port is refused", arguments: ["", "http://127.0.0.1:1/", "a b:1", "a:1/x"])
    func address(text: String) {
        #expect(throws: LambdaRuntimeError.self) {
            try LambdaRuntimeClient(address: text, http: HTTPClient(logger: logger))
        }
    }
}

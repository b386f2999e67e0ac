import Synchronization
import TestSupport
import Testing

@Suite("The proxy that injects faults, integration")
struct FaultProxyIntegrationTests {
    /// What `curl`, a client that is not ours, makes of a request to the proxy.
    private func curl(_ proxy: FaultProxy, _ options: String...) async throws -> (status: Int32, output: String) {
        let result = try await ChildProcess.run(
            "curl", ["-q", "-sS", "--noproxy", "*", "--max-time", "20"] + options + [proxy.url + "/x"])
        return (result.status, result.output)
    }

    /// A proxy before a server that gives each body back, and counts what it sees.
    private func withProxy(
        _ rule: @escaping FaultProxy.Rule, _ body: (FaultProxy, MisbehavingHTTPServer) async throws -> Void
    )
        async throws
    {
        let server = try MisbehavingHTTPServer.start { connection, request in
            try connection.respond("200 OK", ["Content-Type: text/plain"], body: request.body)
        }
        defer { server.stop() }
        let proxy = try FaultProxy.start(to: server.url)
        defer { proxy.stop() }
        proxy.inject(rule)
        try await body(proxy, server)
    }

    @Test("hands on what it has no rule for, and counts no fault")
    func forward() async throws {
        try await withProxy({ _ in .forward }) { proxy, server in
            let answer = try await curl(proxy, "-d", "hello")
            #expect(answer == (0, "hello"))
            #expect(proxy.faults == 0)
            #expect(proxy.requests == 1)
            #expect(server.requestsReceived == 1)
        }
    }

    @Test("answers in the server's place, which sees nothing")
    func answer() async throws {
        try await withProxy({ _ in .answer(HTTPAnswer("503 Service Unavailable", [], "busy")) }) { proxy, server in
            let answer = try await curl(proxy, "-w", "%{http_code}", "-d", "hello")
            #expect(answer == (0, "busy503"))
            #expect(proxy.faults == 1)
            #expect(server.requestsReceived == 0)
        }
    }

    @Test("changes the request on its way, and the answer on its way back")
    func rewrite() async throws {
        let rule: FaultProxy.Rule = { _ in
            .rewrite(request: Array("other".utf8)) { answer in
                var answer = answer
                answer.body += Array(" changed".utf8)
                return answer
            }
        }
        try await withProxy(rule) { proxy, _ in
            let answer = try await curl(proxy, "-d", "hello")
            #expect(answer == (0, "other changed"))
        }
    }

    @Test("breaks connections before the server sees the request, instead of its answer, and inside it")
    func cuts() async throws {
        let number = Atomic(0)
        let rule: FaultProxy.Rule = { _ in
            switch number.add(1, ordering: .relaxed).newValue {
            case 1: .cutRequest
            case 2: .loseAnswer
            default: .cutAnswer(afterBytes: 2)
            }
        }
        try await withProxy(rule) { proxy, server in
            #expect(try await curl(proxy, "-d", "hello").status != 0)
            #expect(server.requestsReceived == 0)
            #expect(try await curl(proxy, "-d", "hello").status != 0)
            #expect(server.requestsReceived == 1)
            let cut = try await curl(proxy, "-d", "hello")
            #expect(cut.status != 0)
            #expect("hello".hasPrefix(cut.output) && cut.output.utf8.count <= 2)
            #expect(server.requestsReceived == 2)
        }
    }

    @Test("keeps a request until the client goes away; healed, it hands on the next one")
    func hold() async throws {
        try await withProxy({ _ in .hold }) { proxy, server in
            #expect(try await curl(proxy, "-d", "hello", "--max-time", "1").status != 0)
            #expect(proxy.held == 1)
            #expect(server.requestsReceived == 0)
            proxy.heal()
            let answer = try await curl(proxy, "-d", "hello")
            #expect(answer == (0, "hello"))
        }
    }
}

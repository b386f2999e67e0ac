import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CurlHTTP

@Suite("Timeouts, cancellation and shutdown", .serialized)
struct EndingTests {
    /// Sends what the path asks for and then nothing more.
    private static let stalling: MisbehavingHTTPServer.Answer = { connection, request in
        if request.target == "/answer" { return try connection.respond("200 OK", [], "x") }
        if request.target != "/nothing" { try connection.sendHead("200 OK", ["Content-Length: 100"]) }
        if request.target == "/some" { try connection.send("some") }
        if request.target == "/drip" {
            for _ in 0..<50 {
                try connection.send("x")
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
        _ = connection.waitForClose(seconds: 20)
        throw MisbehavingHTTPConnection.Closed()
    }

    // MARK: Time

    @Test(
        "a server that stalls runs into the idle limit, before, at and within the body",
        arguments: ["/nothing", "/head", "/some"])
    func idle(path: String) async throws {
        try await withServer(answer: Self.stalling) { client, server in
            let clock = ContinuousClock()
            let elapsed = await clock.measure {
                let request = HTTPRequest(url: server.url + path, timeouts: HTTPTimeouts(idle: .milliseconds(250)))
                #expect(await failure { try await client.execute(request) } == .idleTimeout)
            }
            #expect(elapsed >= .milliseconds(250))
            try await eventually("the connection is closed") { server.openConnections == 0 }
        }
    }

    @Test(
        "a head that drips, line by line or as one interim response after the other, does not put the idle limit off",
        arguments: ["X-Line: 1\r\n", "\r\nHTTP/1.1 102 Processing\r\n"])
    func drippingHead(line: String) async throws {
        try await withServer { connection, _ in
            try connection.send("HTTP/1.1 102 Processing\r\n")
            for _ in 0..<40 {
                Thread.sleep(forTimeInterval: 0.1)
                try connection.send(line)
            }
        } _: { client, server in
            let elapsed = await ContinuousClock().measure {
                let request = HTTPRequest(url: server.url, timeouts: HTTPTimeouts(idle: .milliseconds(400)))
                #expect(await failure { try await client.execute(request) } == .idleTimeout)
            }
            #expect(elapsed < .seconds(3))
        }
    }

    @Test("a body that drips keeps the idle limit away, not the total one")
    func total() async throws {
        try await withServer(answer: Self.stalling) { client, server in
            let timeouts = HTTPTimeouts(idle: .milliseconds(800), total: .milliseconds(1500))
            let (bytes, error) = await (try client.open(HTTPRequest(url: server.url + "/drip", timeouts: timeouts)))
                .body.collect()
            #expect(error?.code == .totalTimeout)
            #expect(bytes.count > 5)
        }
    }

    @Test("a request that waits for a connection is not timed out as connecting or idle, only in total")
    func waiting() async throws {
        let release = DispatchSemaphore(value: 0)
        try await withServer(.init(maximumConnectionsPerHost: 1)) { connection, request in
            if request.target == "/hold" { release.wait() }
            try connection.respond()
        } _: { client, server in
            let timeouts = HTTPTimeouts(connect: .milliseconds(100), idle: .milliseconds(100))
            async let holder = client.execute(HTTPRequest(url: server.url + "/hold"))
            try await eventually("the only connection is taken") { server.requestsReceived == 1 }
            async let patient = client.execute(HTTPRequest(url: server.url, timeouts: timeouts))
            let hurried = HTTPRequest(url: server.url, timeouts: HTTPTimeouts(total: .milliseconds(400)))
            #expect(await failure { try await client.execute(hurried) } == .totalTimeout)
            release.signal()
            #expect(try await [holder.status, patient.status] == [200, 200])
            #expect(server.requestsReceived == 2)
        }
    }

    @Test("a port where nobody listens is a refused connection")
    func refused() async throws {
        let client = HTTPClient(logger: .quiet)
        let port = try freePort()
        do throws(HTTPClientError) {
            _ = try await client.execute(HTTPRequest(url: "http://127.0.0.1:\(port)/secret"))
            Issue.record("somebody answered")
        } catch {
            #expect(error.code == .connect)
            #expect(error.isTransient)
            #expect(error.host == "127.0.0.1:\(port)")
            #expect(!"\(error)".contains("secret"))
        }
        await client.shutdown()
    }

    @Test("a name that does not exist is an error of its own")
    func unresolved() async throws {
        let client = HTTPClient(logger: .quiet)
        let request = HTTPRequest(url: "https://no-such-host.invalid/", timeouts: HTTPTimeouts(connect: .seconds(20)))
        #expect(await failure { try await client.execute(request) } == .resolve)
        await client.shutdown()
    }

    @Test("a server that takes no connection runs into the connect limit")
    func connectTimeout() async throws {
        // A TLS handshake that is never answered is part of connecting.
        let server = try SilentListener()
        defer { server.stop() }
        let client = HTTPClient(logger: .quiet)
        let request = HTTPRequest(
            url: "https://127.0.0.1:\(server.port)/", timeouts: HTTPTimeouts(connect: .milliseconds(300)))
        #expect(await failure { try await client.execute(request) } == .connectTimeout)
        await client.shutdown()
    }

    // MARK: Broken answers

    @Test("a connection that is closed without an answer is lost")
    func closedWithoutAnswer() async throws {
        try await withServer { connection, request in
            if request.target == "/reset" { throw connection.reset() }
            if request.target == "/half" { try connection.send("HTTP/1.1 200 OK\r\nContent-Le") }
            throw MisbehavingHTTPConnection.Closed()
        } _: { client, server in
            for path in ["/close", "/reset", "/half"] {
                #expect(
                    await failure { try await client.execute(HTTPRequest(url: server.url + path)) } == .connectionLost,
                    "\(path)")
            }
        }
    }

    @Test(
        "an answer that is no HTTP is refused",
        arguments: ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "\r\n\r\nx", "HTTP/1.1 abc\r\n\r\n"])
    func noHTTP(answer: String) async throws {
        try await withServer { connection, _ in
            try connection.send(answer)
            throw MisbehavingHTTPConnection.Closed()
        } _: { client, server in
            #expect(await failure { try await client.execute(HTTPRequest(url: server.url)) } == .protocolError)
        }
    }

    @Test("headers without end are refused")
    func endlessHeaders() async throws {
        try await withServer { connection, _ in
            try connection.send("HTTP/1.1 200 OK\r\n")
            while true { try connection.send("X: \(String(repeating: "x", count: 4000))\r\n") }
        } _: { client, server in
            #expect(await failure { try await client.execute(HTTPRequest(url: server.url)) } == .protocolError)
        }
    }

    @Test(
        "a header line of any length is refused as one, and not taken for a lack of memory",
        arguments: [99, 101, 127, 200, 5000])
    func longHeaderLine(kilobytes: Int) async throws {
        try await withServer { connection, _ in
            try connection.respond("200 OK", ["X: " + String(repeating: "x", count: kilobytes << 10)])
        } _: { client, server in
            do throws(HTTPClientError) {
                _ = try await client.execute(HTTPRequest(url: server.url))
                #expect(kilobytes < 100)
            } catch {
                #expect(error.code == .protocolError && error.detail.contains("header"), "\(error)")
            }
        }
    }

    // MARK: Cancellation

    @Test("cancelling answers at once and closes the connection", arguments: ["/nothing", "/head", "/some"])
    func cancelled(path: String) async throws {
        try await withServer(answer: Self.stalling) { client, server in
            let task = Task { await failure { try await client.execute(HTTPRequest(url: server.url + path)) } }
            try await eventually("the request is under way") { server.requestsReceived == 1 }
            try await Task.sleep(for: .milliseconds(50))
            let clock = ContinuousClock()
            let elapsed = await clock.measure {
                task.cancel()
                #expect(await task.value == .cancelled)
            }
            // The server would have kept it for 20 s.
            #expect(elapsed < .seconds(5))
            try await eventually("the connection is closed") { server.openConnections == 0 }
            // The client is none the worse for it.
            #expect(try await client.execute(HTTPRequest(url: server.url + "/answer")).status == 200)
        }
    }

    @Test("a request of a cancelled task is not sent")
    func cancelledBefore() async throws {
        try await withServer(answer: Self.stalling) { client, server in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await failure { try await client.execute(HTTPRequest(url: server.url + "/answer")) }
            }
            #expect(await task.value == .cancelled)
            #expect(server.connectionsAccepted == 0)
        }
    }

    @Test("a paused transfer is freed when its reader is cancelled, and when its body is dropped")
    func pausedAndGivenUp() async throws {
        let piece = [UInt8].pattern(64 << 10)
        let endless: MisbehavingHTTPServer.Answer = { connection, _ in
            try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
            while true { try connection.sendChunk(piece) }
        }
        try await withServer(.init(streamBufferBytes: 1000), answer: endless) { client, server in
            let hasBegun = Mutex(false)
            let task = Task {
                let body = try await client.open(HTTPRequest(url: server.url)).body
                hasBegun.withLock { $0 = true }
                try? await Task.sleep(for: .seconds(30))
                return await body.collect().error?.code
            }
            try await eventually("the response has begun") { hasBegun.withLock { $0 } }
            task.cancel()
            #expect(try await task.value == .cancelled)
            try await eventually("the connection is closed") { server.openConnections == 0 }

            var body: HTTPBody? = try await client.open(HTTPRequest(url: server.url)).body
            var chunks = body?.makeAsyncIterator()
            #expect(try await chunks?.next() != nil)
            body = nil
            #expect(try await chunks?.next() != nil)
            chunks = nil
            try await eventually("the connection is closed") { server.openConnections == 0 }
        }
    }

    @Test("cancellation and completion may meet at any moment: one of them wins, and nothing is lost or left")
    func race() async throws {
        try await withServer(.init(maximumConnectionsPerHost: 4)) { connection, request in
            try connection.respond("200 OK", [], body: .pattern(2000))
        } _: { client, server in
            var random = SplitMix(seed: 11)
            var outcomes: [HTTPClientError.Code?: Int] = [:]
            for _ in 0..<300 {
                let delays = (0..<8).map { _ in Int.random(in: 0..<1500, using: &random) }
                await withTaskGroup(of: HTTPClientError.Code?.self) { group in
                    for delay in delays {
                        group.addTask {
                            let task = Task { await failure { try await client.execute(HTTPRequest(url: server.url)) } }
                            try? await Task.sleep(for: .microseconds(delay))
                            task.cancel()
                            return await task.value
                        }
                    }
                    for await outcome in group { outcomes[outcome, default: 0] += 1 }
                }
            }
            #expect(outcomes.values.reduce(0, +) == 2400)
            #expect(Set(outcomes.keys).isSubset(of: [nil, .cancelled]))
            // The client still has all its places.
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask { await failure { try await client.execute(HTTPRequest(url: server.url)) } == nil }
                }
                for await isFine in group { #expect(isFine) }
            }
        }
    }

    // MARK: Shutdown

    @Test("shutdown ends requests that run, wait and stream, refuses new ones, and closes every connection")
    func shutdown() async throws {
        try await withServer(.init(maximumConnectionsPerHost: 2), answer: Self.stalling) { client, server in
            let stream = try await client.open(HTTPRequest(url: server.url + "/some"))
            let tasks = (0..<20).map { _ in
                Task { await failure { try await client.execute(HTTPRequest(url: server.url + "/nothing")) } }
            }
            try await eventually("two are under way") { server.requestsReceived == 2 }
            try await Task.sleep(for: .milliseconds(50))
            async let again: Void = client.shutdown()
            await client.shutdown()
            await again
            for task in tasks { #expect(await task.value == .shutdown) }
            let (bytes, error) = await stream.body.collect()
            #expect(bytes == [UInt8]("some"))
            #expect(error?.code == .shutdown)
            #expect(await failure { try await client.execute(HTTPRequest(url: server.url + "/answer")) } == .shutdown)
            try await eventually("the connections are closed") { server.openConnections == 0 }
            await client.shutdown()
        }
    }

    @Test("shutdown and new requests may meet at any moment: each request gets one answer")
    func shutdownRace() async throws {
        let server = try MisbehavingHTTPServer.start { connection, _ in try connection.respond("200 OK", [], "x") }
        defer { server.stop() }
        for round in 0..<100 {
            let client = HTTPClient(logger: .quiet)
            await withTaskGroup(of: HTTPClientError.Code?.self) { group in
                for _ in 0..<10 {
                    group.addTask { await failure { try await client.execute(HTTPRequest(url: server.url)) } }
                }
                try? await Task.sleep(for: .microseconds(round * 20))
                await client.shutdown()
                for await outcome in group { #expect(outcome == nil || outcome == .shutdown) }
            }
        }
        try await eventually("the connections are closed") { server.openConnections == 0 }
    }

    @Test("a program started meanwhile inherits no connection")
    func notInherited() async throws {
        try await withServer { connection, _ in
            try connection.respond()
        } _: { client, server in
            _ = try await client.execute(HTTPRequest(url: server.url))
            let child = try ChildProcess.start("sleep", ["60"])
            defer { child.kill() }
            await client.shutdown()
            try await eventually("the connection is closed") { server.openConnections == 0 }
            #expect(child.isRunning)
        }
    }

    @Test("a client that is dropped ends its thread and its connections")
    func dropped() async throws {
        let server = try MisbehavingHTTPServer.start { connection, _ in try connection.respond("200 OK", [], "x") }
        defer { server.stop() }
        var client: HTTPClient? = HTTPClient(logger: .quiet)
        #expect(try await client?.execute(HTTPRequest(url: server.url)).status == 200)
        #expect(server.openConnections == 1)
        client = nil
        try await eventually("the connection is closed") { server.openConnections == 0 }
    }
}

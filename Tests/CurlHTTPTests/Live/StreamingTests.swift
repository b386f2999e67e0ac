import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CurlHTTP

@Suite("A streamed body", .serialized)
struct StreamingTests {
    @Test("is whole whatever the borders of its chunks and packets", arguments: [1, 2, 13, 100, 4096, 70_000])
    func chunkBorders(size: Int) async throws {
        let body = [UInt8].pattern(min(200_000, size * 3000))
        try await withServer { connection, _ in
            try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
            for start in stride(from: 0, to: body.count, by: size) {
                try connection.sendChunk(Array(body[start..<min(start + size, body.count)]))
            }
            try connection.sendChunk([])
        } _: { client, server in
            let response = try await client.open(HTTPRequest(url: server.url))
            #expect(response.isDelimited)
            let (bytes, error) = await response.body.collect()
            #expect(error == nil)
            #expect(bytes == body)
        }
    }

    @Test("is handed over when it arrives, not when it is complete")
    func prompt() async throws {
        let goOn = DispatchSemaphore(value: 0)
        try await withServer { connection, _ in
            try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
            for number in 0..<3 {
                try connection.sendChunk([UInt8(number)])
                guard goOn.wait(timeout: .now() + 50) == .success else { throw MisbehavingHTTPConnection.Closed() }
            }
            try connection.sendChunk([])
        } _: { client, server in
            var chunks = try await client.open(HTTPRequest(url: server.url)).body.makeAsyncIterator()
            for number in 0..<3 {
                #expect(try await chunks.next() == [UInt8(number)])
                goOn.signal()
            }
            #expect(try await chunks.next() == nil)
            #expect(try await chunks.next() == nil)
        }
    }

    enum Cut: CaseIterable {
        case afterHead, inLength, inChunk, afterChunk, beforeEndMark, reset, gzipAfterWholeFraming
    }

    @Test("that is cut is truncated, never complete, and what arrived is still handed over", arguments: Cut.allCases)
    func cuts(cut: Cut) async throws {
        let gzip = compress(.pattern(50_000), .gzip)
        try await withServer { connection, _ in
            switch cut {
            case .afterHead: try connection.sendHead("200 OK", ["Content-Length: 10"])
            case .inLength:
                try connection.sendHead("200 OK", ["Content-Length: 10"])
                try connection.send("123456789")
            case .inChunk:
                try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
                try connection.send("A\r\n123456789")
            case .afterChunk:
                try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
                try connection.sendChunk([UInt8]("123456789"))
            case .beforeEndMark:
                try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
                try connection.sendChunk([UInt8]("123456789"))
                try connection.send("0\r\n")
            case .reset:
                try connection.sendHead("200 OK", ["Content-Length: 10"])
                try connection.send("123456789")
                Thread.sleep(forTimeInterval: 0.2)
                throw connection.reset()
            case .gzipAfterWholeFraming:
                try connection.respond("200 OK", ["Content-Encoding: gzip"], body: Array(gzip.dropLast(4)))
            }
            throw MisbehavingHTTPConnection.Closed()
        } _: { client, server in
            let response = try await client.open(HTTPRequest(url: server.url, acceptsCompressed: true))
            let (bytes, error) = await response.body.collect()
            #expect(error?.code == .truncated)
            #expect(error?.isTransient == true)
            switch cut {
            case .afterHead: #expect(bytes.isEmpty)
            case .gzipAfterWholeFraming: #expect(bytes == .pattern(50_000))
            default: #expect(bytes == [UInt8]("123456789"))
            }
            #expect(
                await failure { try await client.execute(HTTPRequest(url: server.url, acceptsCompressed: true)) }
                    == .truncated)
        }
    }

    @Test("goes on failing after its failure")
    func failureStays() async throws {
        try await withServer { connection, _ in
            try connection.sendHead("200 OK", ["Content-Length: 10"])
            throw MisbehavingHTTPConnection.Closed()
        } _: { client, server in
            var chunks = try await client.open(HTTPRequest(url: server.url)).body.makeAsyncIterator()
            for _ in 0..<3 {
                do throws(HTTPClientError) {
                    _ = try await chunks.next()
                    Issue.record("a cut body ended")
                } catch { #expect(error.code == .truncated) }
            }
        }
    }

    @Test("without length or chunks says so, since its end cannot be told from a cut")
    func undelimited() async throws {
        try await withServer { connection, _ in
            try connection.sendHead("200 OK", ["Connection: close"])
            try connection.send("until the end")
            throw MisbehavingHTTPConnection.Closed()
        } _: { client, server in
            let response = try await client.open(HTTPRequest(url: server.url))
            #expect(!response.isDelimited)
            #expect(await response.body.collect().bytes == [UInt8]("until the end"))
        }
    }

    @Test(
        "with broken framing is not complete",
        arguments: ["zz\r\nabc\r\n", "FFFFFFFFFFFFFFFFFFFF\r\nabc", "-1\r\nabc\r\n"])
    func brokenFraming(chunk: String) async throws {
        try await withServer { connection, _ in
            try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
            try connection.send(chunk)
            throw MisbehavingHTTPConnection.Closed()
        } _: { client, server in
            #expect(await failure { try await client.execute(HTTPRequest(url: server.url)) } != nil)
        }
    }

    @Test("pauses the server while its reader sleeps, with flat memory, and loses and repeats nothing")
    func slowReader() async throws {
        let block = [UInt8].pattern(1 << 20)
        let blocks = 512
        try await withServer(.init(streamBufferBytes: 256 << 10)) { connection, _ in
            try connection.sendHead("200 OK", ["Content-Length: \(blocks * block.count)"])
            for _ in 0..<blocks { try connection.send(block) }
        } _: { client, server in
            let response = try await client.open(
                HTTPRequest(url: server.url, timeouts: HTTPTimeouts(idle: .milliseconds(300))))
            // Longer than the idle limit: time that the reader takes is not idle time.
            try await Task.sleep(for: .milliseconds(800))
            let pushed = server.bytesSent
            try await Task.sleep(for: .milliseconds(400))
            // What the kernel's socket buffers hold, and 256 KiB of this client's own.
            #expect(server.bytesSent == pushed)
            #expect(pushed < 24 << 20)

            let before = residentBytes()
            var highest = before
            var position = 0
            var largest = 0
            for try await chunk in response.body {
                guard isRepetition(of: block, from: position, chunk) else {
                    Issue.record("other bytes than those sent, after \(position)")
                    return
                }
                position += chunk.count
                largest = max(largest, chunk.count)
                highest = max(highest, residentBytes())
                if position % 7 == 0 { try await Task.sleep(for: .milliseconds(1)) }
            }
            #expect(position == blocks * block.count)
            #expect(largest <= (256 + 16) << 10)
            // Half of what has passed through: other tests run in this process too, and take memory of their own.
            #expect(highest - before < 256 << 20)
        }
    }

    @Test("is paused and continued many times without loss", arguments: [1, 1000, 16 << 10])
    func manyPauses(bufferBytes: Int) async throws {
        let body = [UInt8].pattern(3 << 20)
        try await withServer(.init(streamBufferBytes: bufferBytes)) { connection, request in
            if request.target == "/chunked" {
                try connection.sendHead("200 OK", ["Transfer-Encoding: chunked"])
                for start in stride(from: 0, to: body.count, by: 10_007) {
                    try connection.sendChunk(Array(body[start..<min(start + 10_007, body.count)]))
                }
                try connection.sendChunk([])
            } else {
                try connection.respond("200 OK", [], body: body)
            }
        } _: { client, server in
            for path in ["/length", "/chunked"] {
                let (bytes, error) = await (try client.open(HTTPRequest(url: server.url + path))).body.collect()
                #expect(error == nil)
                #expect(bytes == body)
            }
            #expect(server.connectionsAccepted == 1)
        }
    }

    @Test("is decoded, whatever the coding and the borders", arguments: TestCoding.allCases, [1, 100, 1 << 20])
    func decoded(coding: TestCoding, size: Int) async throws {
        let body = [UInt8].pattern(30_000)
        let encoded = compress(body, coding)
        try await withServer { connection, _ in
            try connection.sendHead(
                "200 OK", ["Transfer-Encoding: chunked", "Content-Encoding: \(coding == .gzip ? "gzip" : "deflate")"])
            for start in stride(from: 0, to: encoded.count, by: size) {
                try connection.sendChunk(Array(encoded[start..<min(start + size, encoded.count)]))
            }
            try connection.sendChunk([])
        } _: { client, server in
            let decoded = try await client.execute(HTTPRequest(url: server.url, acceptsCompressed: true))
            #expect(decoded.body == body)
            // Not asked for: handed over as it came.
            let asItCame = try await client.execute(HTTPRequest(url: server.url))
            #expect(asItCame.body == encoded)
        }
    }

    @Test("that is damaged inside its coding fails as such and closes the connection")
    func damaged() async throws {
        try await withServer { connection, request in
            try connection.sendHead(
                "200 OK", ["Transfer-Encoding: chunked", "Content-Encoding: \(request.target.dropFirst())"])
            try connection.sendChunk([UInt8]("no gzip at all"))
            _ = connection.waitForClose(seconds: 10)
            throw MisbehavingHTTPConnection.Closed()
        } _: { client, server in
            for (coding, code) in [("gzip", HTTPClientError.Code.decoding), ("br", .unsupportedCoding)] {
                let request = HTTPRequest(url: server.url + "/" + coding, acceptsCompressed: true)
                #expect(await failure { try await client.execute(request) } == code)
            }
            try await eventually("the connections are closed") { server.openConnections == 0 }
        }
    }

    @Test("that is a gzip bomb comes in bounded pieces, with flat memory, and pauses the server")
    func bomb() async throws {
        let bomb = compress([UInt8](repeating: 0, count: 1 << 20), .gzip, repetitions: 256)
        try await withServer { connection, _ in
            try connection.respond("200 OK", ["Content-Encoding: gzip"], body: bomb)
        } _: { client, server in
            let response = try await client.open(HTTPRequest(url: server.url, acceptsCompressed: true))
            let before = residentBytes()
            var highest = before
            var total = 0
            var largest = 0
            for try await chunk in response.body {
                largest = max(largest, chunk.count)
                total += chunk.count
                if total % (16 << 20) < chunk.count { highest = max(highest, residentBytes()) }
            }
            #expect(total == 256 << 20)
            #expect(largest <= BodyDecoder.maximumOutputBytes)
            #expect(highest - before < 160 << 20)
            #expect(
                await failure { try await client.execute(HTTPRequest(url: server.url, acceptsCompressed: true)) }
                    == .bodyTooLarge)
        }
    }

    @Test("is read by one reader only")
    func oneReader() async throws {
        try await withServer { connection, _ in
            try connection.respond("200 OK", [], "x")
        } _: { client, server in
            let body = try await client.open(HTTPRequest(url: server.url)).body
            #expect(await body.collect().bytes == [UInt8]("x"))
            #expect(await body.collect().error?.code == .bodyAlreadyRead)
        }
    }
}

/// Whether the bytes are those of the block, repeated without end, from a position on.
private func isRepetition(of block: [UInt8], from position: Int, _ bytes: [UInt8]) -> Bool {
    var offset = 0
    while offset < bytes.count {
        let start = (position + offset) % block.count
        let count = min(block.count - start, bytes.count - offset)
        // Comparing slices takes debug builds minutes.
        let isEqual = block[start...].withUnsafeBytes { expected in
            bytes[offset...].withUnsafeBytes { actual in
                guard let expected = expected.baseAddress, let actual = actual.baseAddress else { return false }
                return memcmp(expected, actual, count) == 0
            }
        }
        guard isEqual else { return false }
        offset += count
    }
    return true
}

/// Memory of this process that is in RAM now.
func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ").dropFirst().first ?? "0") ?? 0) * 4096
}

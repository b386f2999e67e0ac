import CurlHTTP
import Foundation
import Logging
import SyncCore
import SyncPipeline
import TestSupport
import Testing

/// The client of the legacy API, in front of a server that says what a test wants.
@Suite("The legacy API's answer", .timeLimit(.minutes(1)))
struct LegacyAPITests {
    /// What became of one try: the body, or why there is none.
    private enum Outcome: Equatable {
        case body(String)
        case failure(StreamFailure)
    }

    private func outcome(
        _ status: String = "200 OK", _ headers: [String] = [], body: [UInt8], pieces: Int = .max
    ) async throws -> Outcome {
        let server = try MisbehavingHTTPServer.start { connection, _ in
            guard pieces < body.count else { return try connection.respond(status, headers, body: body) }
            try connection.sendHead(status, headers + ["Transfer-Encoding: chunked"])
            for start in stride(from: 0, to: body.count, by: pieces) {
                try connection.sendChunk(Array(body[start..<min(start + pieces, body.count)]))
            }
            try connection.sendChunk([])
        }
        defer { server.stop() }
        return try await HTTPClient.withClient(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            http in
            let api = LegacyAPI(
                http: http,
                configuration: LegacyAPIConfiguration(
                    url: server.url, key: "k", idleTimeout: .seconds(5), certificateAuthorityFile: nil))
            do {
                var bytes: [UInt8] = []
                for try await chunk in try await api.open().chunks { bytes += chunk }
                #expect(server.requestsReceived == 1)
                return .body(String(decoding: bytes, as: UTF8.self))
            } catch let failure as StreamFailure {
                return .failure(failure)
            }
        }
    }

    private func failure(
        _ headers: [String] = [], status: String = "200 OK", body: [UInt8]
    ) async throws -> StreamFailure? {
        guard case .failure(let failure) = try await outcome(status, headers, body: body) else { return nil }
        return failure
    }

    private let json = #"[{"id":1,"userName":"José"}]"#

    @Test("JSON is read under every label that is no coding of its own")
    func labels() async throws {
        for headers in [
            ["Content-Type: text/html; charset=UTF-8"], ["Content-Encoding: UTF-8"], ["Content-Encoding: none"],
            ["Content-Encoding: identity"], ["Content-Encoding: gzip"], [],
        ] {
            #expect(try await outcome("200 OK", headers, body: Array(json.utf8)) == .body(json), "\(headers)")
        }
    }

    @Test("a compressed body is read with its label and without, with filling behind it, in pieces of any size")
    func compressed() async throws {
        let packed = compress(Array(json.utf8), .gzip)
        for headers in [["Content-Encoding: gzip"], ["Content-Type: application/gzip"], []] {
            #expect(try await outcome("200 OK", headers, body: packed) == .body(json))
            #expect(
                try await outcome("200 OK", headers, body: packed + [UInt8](repeating: 0, count: 512)) == .body(json))
            #expect(try await outcome("200 OK", headers, body: packed, pieces: 1) == .body(json))
        }
    }

    @Test("latin1 and windows-1252 are read as they are labelled, wherever the body is cut")
    func charsets() async throws {
        let latin1 = json.unicodeScalars.map { UInt8($0.value) }
        for name in ["ISO-8859-1", "windows-1252"] {
            let headers = ["Content-Type: application/json; charset=\(name)"]
            #expect(try await outcome("200 OK", headers, body: latin1) == .body(json))
            #expect(try await outcome("200 OK", headers, body: latin1, pieces: 1) == .body(json))
        }
    }

    @Test("what will not be read is refused by name before any of it is handed on, and is not tried again")
    func refused() async throws {
        let utf16 = [0xFF, 0xFE] + json.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let twice = compress(compress(Array(json.utf8), .gzip), .gzip)
        for (headers, body, name) in [
            ([], utf16, "UTF-16"), (["Content-Encoding: br"], Array(json.utf8), "'br'"),
            (["Content-Type: application/json; charset=EUC-JP"], Array(json.utf8), "EUC-JP"),
            (["Content-Encoding: gzip"], twice, "compressed twice"), ([], [0x28, 0xB5, 0x2F, 0xFD, 0, 0], "zstd"),
        ] as [([String], [UInt8], String)] {
            let failure = try #require(try await failure(headers, body: body))
            #expect(!failure.isTransient, "\(failure)")
            #expect(failure.description.contains(name), "\(failure)")
        }
    }

    @Test("a page and a damaged compressed body are failed attempts, which another one may mend")
    func failedAttempts() async throws {
        let page = try #require(try await failure(body: Array("<html>busy</html>".utf8)))
        #expect(page.kind == .unexpectedContent)
        var packed = compress([UInt8](repeating: 0x5B, count: 40_000), .gzip)
        packed[packed.count / 2] ^= 0xFF
        let tail = compress(Array(json.utf8), .gzip) + Array("oops".utf8)
        for body in [packed, tail] {
            let failure = try #require(try await failure(["Content-Encoding: gzip"], body: body))
            #expect(failure.isTransient, "\(failure)")
        }
    }

    @Test("what a proxy has changed on the way is read, and a success without a whole stream is tried again")
    func successes() async throws {
        #expect(try await outcome("203 Non-Authoritative Information", body: Array(json.utf8)) == .body(json))
        for status in ["201 Created", "202 Accepted", "204 No Content", "205 Reset Content", "206 Partial Content"] {
            let failure = try #require(try await failure(["Retry-After: 2"], status: status, body: []))
            #expect(failure.isTransient, "\(failure)")
            #expect(failure.retryAfter == .seconds(2))
        }
    }

    @Test("what decodes to nothing, or is blank, is handed on or given up: it never keeps a reader waiting for ever")
    func nothingForEver() async throws {
        // An empty block that ends at a whole byte, as zlib's Z_SYNC_FLUSH writes it.
        let emptyBlock: [UInt8] = [0x00, 0x00, 0x00, 0xFF, 0xFF]
        let gzipHead: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        for (headers, first, rest) in [
            ([], [0x20], [0x20]), (["Content-Encoding: gzip"], [0x20, 0x0A], [0x20]),
            (["Content-Encoding: gzip"], gzipHead, emptyBlock),
            (["Content-Encoding: gzip"], compress(Array(" [".utf8), .gzip), [0]),
        ] as [([String], [UInt8], [UInt8])] {
            let server = try MisbehavingHTTPServer.start { connection, _ in
                try connection.sendHead("200 OK", headers + ["Transfer-Encoding: chunked"])
                try connection.sendChunk(first)
                // Until the client goes.
                while true {
                    Thread.sleep(forTimeInterval: 0.05)
                    try connection.sendChunk(rest)
                }
            }
            defer { server.stop() }
            try await HTTPClient.withClient(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
                http in
                let api = LegacyAPI(
                    http: http,
                    configuration: LegacyAPIConfiguration(
                        url: server.url, key: "k", idleTimeout: .milliseconds(500), certificateAuthorityFile: nil))
                do {
                    var chunks = 0
                    for try await _ in try await api.open().chunks {
                        chunks += 1
                        if chunks > 4 { break }
                    }
                    #expect(chunks > 4, "the reader is asked, and counts the time")
                } catch let failure as StreamFailure {
                    #expect(failure.isTransient, "\(failure)")
                }
            }
        }
    }

    @Test("a pause that the API asks for is rounded up to whole seconds")
    func pause() async throws {
        for (value, seconds) in [("2.5", 3), ("2", 2), ("0.2", 1), ("3.0", 3), ("1000000000000", 999_999_999)] {
            let failure = try #require(
                try await failure(["Retry-After: \(value)"], status: "429 Too Many Requests", body: []))
            #expect(failure.retryAfter == .seconds(seconds), "\(value)")
        }
    }
}

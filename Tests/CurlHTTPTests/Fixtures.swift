import Logging
import TestSupport
import Testing

@testable import CurlHTTP

/// A server that answers as told and a client that talks to it, both ended after the test.
func withServer(
    _ configuration: HTTPClientConfiguration = .init(),
    answer: @escaping MisbehavingHTTPServer.Answer,
    _ body: (HTTPClient, MisbehavingHTTPServer) async throws -> Void
) async throws {
    let server = try MisbehavingHTTPServer.start(answer)
    defer { server.stop() }
    let client = HTTPClient(configuration: configuration, logger: .quiet)
    do {
        try await body(client, server)
    } catch {
        await client.shutdown()
        throw error
    }
    await client.shutdown()
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// The code of the error that the work throws.
func failure<R>(_ work: () async throws -> R) async -> HTTPClientError.Code? {
    do {
        _ = try await work()
        return nil
    } catch let error as HTTPClientError {
        return error.code
    } catch {
        Issue.record("not an HTTPClientError: \(error)")
        return nil
    }
}

extension HTTPBody {
    /// All bytes up to the end or the failure.
    func collect() async -> (bytes: [UInt8], error: HTTPClientError?) {
        var bytes: [UInt8] = []
        do {
            for try await chunk in self { bytes += chunk }
            return (bytes, nil)
        } catch {
            return (bytes, error)
        }
    }
}

extension [UInt8] {
    init(_ text: String) {
        self = Array(text.utf8)
    }

    /// Bytes that show a shift, a loss or a repetition anywhere.
    static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }
}

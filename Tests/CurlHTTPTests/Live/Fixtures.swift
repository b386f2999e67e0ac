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
        // Repeated, since debug builds take long over each byte; 65,521 is no divisor of any buffer's size.
        var unit = [UInt8](repeating: 0, count: Swift.min(count, 65_521))
        var random = SplitMix(seed: 1)
        for start in stride(from: 0, to: unit.count, by: 8) {
            Swift.withUnsafeBytes(of: random.next()) { word in
                for offset in 0..<Swift.min(8, unit.count - start) { unit[start + offset] = word[offset] }
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + unit.count)
        while bytes.count + unit.count <= count, !unit.isEmpty { bytes += unit }
        bytes += unit[..<(count - bytes.count)]
        return bytes
    }
}

import Foundation
import FoundationNetworking
import Logging
import Testing

@testable import LegacySimulator

@Suite("Over HTTP", .timeLimit(.minutes(2)))
struct ServerTests {
    private static let key = "the key"

    /// Runs a server on a free port for as long as the closure takes.
    private func withServer<R: Sendable>(
        _ data: DataProfile, faults: FaultProfile = .init(internalErrorRate: 0, throttlingRate: 0),
        serving: ServingProfile = .init(interval: .zero), _ body: @escaping @Sendable (URL) async throws -> R
    ) async throws -> R {
        let server = SimulatorServer(
            data: data, serving: serving, faults: faults, apiKey: Self.key,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (ports, announcement) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask {
                try await server.run(host: "127.0.0.1", port: 0, stopsOnSignals: false) { announcement.yield($0) }
                return nil
            }
            group.addTask {
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next())
                return try await body(try #require(URL(string: "http://127.0.0.1:\(port)")))
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private static func get(
        _ url: URL, path: String = "external/users", key: String? = key
    ) async throws -> (Data, HTTPURLResponse) {
        var request = URLRequest(url: url.appendingPathComponent(path), timeoutInterval: 30)
        request.setValue(key, forHTTPHeaderField: "x-api-key")
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(for: request)
        return (data, try #require(response as? HTTPURLResponse))
    }

    @Test(
        "the whole body arrives in chunks, exactly as generated",
        arguments: [ServingProfile.ChunkSize.automatic, .fixed(7), .random(upTo: 300)])
    func wholeBody(chunkSize: ServingProfile.ChunkSize) async throws {
        let profile = troubled(seed: 11, users: 700)
        let (data, response) = try await withServer(profile, serving: .init(interval: .zero, chunkSize: chunkSize)) {
            try await Self.get($0)
        }
        #expect(response.statusCode == 200)
        #expect(response.value(forHTTPHeaderField: "Content-Type") == "application/json")
        #expect(response.value(forHTTPHeaderField: "Transfer-Encoding") == "chunked")
        #expect(Array(data) == body(profile))
    }

    @Test(
        "a compressed body decodes to the same bytes", arguments: [ServingProfile.ContentCoding.gzip, .deflate], [0, 1])
    func compressed(coding: ServingProfile.ContentCoding, intervalMilliseconds: Int) async throws {
        let profile = troubled(seed: 12, users: 3000)
        let (data, response) = try await withServer(
            profile, serving: .init(interval: .milliseconds(intervalMilliseconds), coding: coding)
        ) { try await Self.get($0) }
        #expect(response.value(forHTTPHeaderField: "Content-Encoding") == coding.rawValue)
        #expect(Array(data) == body(profile))
    }

    @Test("a wrong key or none is answered 401 and changes nothing for those that follow")
    func wrongKey() async throws {
        let statuses = try await withServer(
            sound(users: 10), faults: .init(internalErrorRate: 0, throttlingRate: 0, cutFirst: 1)
        ) {
            url in
            let refused = [
                try await Self.get(url, key: "another").1.statusCode, try await Self.get(url, key: nil).1.statusCode,
            ]
            await #expect(throws: URLError.self, "the first stream is cut") { try await Self.get(url) }
            return refused + [try await Self.get(url).1.statusCode]
        }
        #expect(statuses == [401, 401, 200])
    }

    @Test("planned 500s and 429s are answered, with Retry-After where asked")
    func plannedFailures() async throws {
        let faults = FaultProfile(internalErrorRate: 0.3, throttlingRate: 0.5, retryAfterSeconds: 4)
        var sequence = FaultSequence(faults, seed: 1, users: 5)
        let planned = (0..<30).map { _ in
            switch sequence.next() {
            case .internalError: 500
            case .tooManyRequests: 429
            case .stream: 200
            }
        }
        let answered = try await withServer(sound(users: 5), faults: faults) { url in
            var answered: [Int] = []
            for _ in 0..<30 {
                let (_, response) = try await Self.get(url)
                answered.append(response.statusCode)
                #expect(response.value(forHTTPHeaderField: "Retry-After") == (response.statusCode == 429 ? "4" : nil))
            }
            return answered
        }
        #expect(answered == planned)
        #expect(Set(answered) == [200, 429, 500])
    }

    @Test(
        "a cut closes the connection before the body is complete",
        arguments: [ServingProfile.ContentCoding.identity, .gzip])
    func cut(coding: ServingProfile.ContentCoding) async throws {
        let faults = FaultProfile(internalErrorRate: 0, throttlingRate: 0, cutFirst: 1, cutAt: 0.5)
        try await withServer(sound(users: 2000), faults: faults, serving: .init(interval: .zero, coding: coding)) {
            url in
            await #expect(throws: URLError.self) { try await Self.get(url) }
            let (data, _) = try await Self.get(url)
            #expect(Array(data) == body(sound(users: 2000)))
        }
    }

    @Test("a paced source takes its time and a stall adds to it")
    func paced() async throws {
        let faults = FaultProfile(internalErrorRate: 0, throttlingRate: 0, stall: .milliseconds(300))
        let took = try await withServer(
            sound(users: 50, arraySize: 10), faults: faults, serving: .init(interval: .milliseconds(50))
        ) { url in
            let started = ContinuousClock.now
            _ = try await Self.get(url)
            return ContinuousClock.now - started
        }
        #expect(took >= .milliseconds(5 * 50 + 300 - 50))
    }

    @Test("the health check answers without a key, other paths do not exist")
    func otherPaths() async throws {
        let statuses = try await withServer(sound(users: 1)) { url in
            [
                try await Self.get(url, path: "healthz", key: nil).1.statusCode,
                try await Self.get(url, path: "external/nothing").1.statusCode,
            ]
        }
        #expect(statuses == [200, 404])
    }
}

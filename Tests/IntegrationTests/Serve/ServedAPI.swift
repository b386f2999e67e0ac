import CurlHTTP
import Foundation
import Logging
import SyncTestSupport
import TestSupport
import Testing

/// A running `orchestrator serve` and a client for it.
final class ServedAPI: Sendable {
    let process: ChildProcess
    let url: String
    let token: String?
    private let http: HTTPClient

    init(_ stack: SyncStack, api: Simulator, token: String?, arguments: [String], settings: [String: String])
        async throws
    {
        var environment = stack.environment
        environment["LEGACY_API_URL"] = api.url
        environment["SYNC_API_TOKEN"] = token
        process = stack.secrets.watch(
            try ChildProcess.start(
                Executables.path("orchestrator"), ["serve", "--port", "0"] + arguments,
                environment: environment.merging(settings) { _, new in new }))
        self.token = token
        // As many as the server takes: each stream of events holds one.
        http = HTTPClient(
            configuration: HTTPClientConfiguration(maximumConnectionsPerHost: 128),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let child = process
        let port = { child.errorOutput.firstMatch(of: /"message":"listening".*"port":"(\d+)"/).map { String($0.1) } }
        do {
            try await eventually(within: .seconds(30), "the API listens") { port() != nil }
        } catch {
            process.kill()
            await http.shutdown()
            throw TestSupportError("\(error): \(child.lastLines())")
        }
        url = "http://127.0.0.1:\(port() ?? "")"
    }

    /// An answer, its body as JSON where it is one.
    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        var mediaType: String? { headers["Content-Type"] }

        func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(type, from: Data(text.utf8))
        }
    }

    /// Asks with the token, unless the headers say otherwise.
    func ask(
        _ method: String = "GET", _ path: String, headers: [(String, String)] = [], body: String = ""
    ) async throws -> Answer {
        let answer = try await http.execute(request(method, path, headers: headers, body: body))
        return Answer(
            status: answer.status, headers: answer.headers, text: String(decoding: answer.body, as: UTF8.self))
    }

    /// Opens the stream of events.
    func events() async throws -> HTTPResponseStream { try await open("/events") }

    /// Opens an answer whose body comes as it is read.
    func open(_ path: String) async throws -> HTTPResponseStream {
        try await http.open(request("GET", path, headers: [], body: ""))
    }

    private func request(_ method: String, _ path: String, headers: [(String, String)], body: String) -> HTTPRequest {
        var all = HTTPHeaders(headers.map { (name: $0.0, value: $0.1) })
        if let token, all["Authorization"] == nil { all.add(name: "Authorization", value: "Bearer \(token)") }
        return HTTPRequest(
            method: method, url: url + path, headers: all, body: Array(body.utf8),
            timeouts: HTTPTimeouts(total: .seconds(60)))
    }

    func stop() async {
        process.kill()
        await http.shutdown()
    }
}

/// Runs a part of a test with the API served, and ends it however that comes.
func withServedAPI(
    of stack: SyncStack, api: Simulator, token: String? = "a-token-for-this-test", _ arguments: String...,
    settings: [String: String] = [:], _ body: (ServedAPI) async throws -> Void
) async throws {
    let served = try await ServedAPI(stack, api: api, token: token, arguments: arguments, settings: settings)
    do {
        try await body(served)
    } catch {
        await served.stop()
        throw error
    }
    await served.stop()
}

import Foundation
import Glibc
import Synchronization

/// A local server that speaks the Lambda Runtime API to one program, as Lambda does inside of a function's environment.
///
/// Protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package final class LambdaRuntimeServer: Sendable {
    /// How an invocation, or a start, ended.
    package enum Outcome: Sendable, Equatable {
        /// The answer's body.
        case response(String)
        /// What the program said of a failure: the header's error type and the body.
        case error(type: String, body: String)
    }

    private struct Invocation {
        let requestID: String
        let event: [UInt8]
        let timeout: Duration
    }

    private struct State {
        var waiting: [Invocation] = []
        var running: Set<String> = []
        var outcomes: [String: Outcome] = [:]
        var startFailures: [Outcome] = []
        var invocations = 0
        /// Answers to refuse, as Lambda does for an invocation that it has given up.
        var refusals = 0
    }

    /// What the server and its answers share.
    private final class Shared: Sendable {
        let state = Mutex(State())
        let isStopped = Atomic(false)
    }

    private let shared: Shared
    private let server: MisbehavingHTTPServer

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    package var address: String { "127.0.0.1:\(server.port)" }
    /// What the program said of a start that failed.
    package var startFailures: [Outcome] { shared.state.withLock { $0.startFailures } }

    /// Starts to listen on a free port of 127.0.0.1.
    package init() throws {
        let shared = Shared()
        self.shared = shared
        server = try MisbehavingHTTPServer.start { connection, request in
            try Self.answer(connection, request, shared)
        }
    }

    /// Stops listening; the program finds nobody any more.
    package func stop() {
        shared.isStopped.store(true, ordering: .sequentiallyConsistent)
        server.stop()
    }

    /// Refuses the next answer.
    package func refuseNextAnswer() { shared.state.withLock { $0.refusals += 1 } }

    /// Hands an event to the program and waits for what comes of it.
    /// - Parameter timeout: the function's, from the moment at which the program takes the event.
    /// - Throws: ``TestSupportError`` when the program does not answer in time, or does not take the event within a minute.
    package func invoke(_ event: [UInt8], timeout: Duration = .seconds(60)) async throws -> Outcome {
        let requestID = shared.state.withLock { state in
            state.invocations += 1
            let requestID = "00000000-0000-4000-8000-\(String(format: "%012d", state.invocations))"
            state.waiting.append(Invocation(requestID: requestID, event: event, timeout: timeout))
            return requestID
        }
        try await eventually(within: .seconds(60), "invocation \(requestID) is taken") {
            shared.state.withLock { state in !state.waiting.contains { $0.requestID == requestID } }
        }
        try await eventually(within: timeout, "invocation \(requestID) is answered") {
            shared.state.withLock { $0.outcomes[requestID] != nil }
        }
        guard let outcome = shared.state.withLock({ $0.outcomes.removeValue(forKey: requestID) }) else {
            throw TestSupportError("invocation \(requestID) was answered and has no outcome")
        }
        return outcome
    }

    // MARK: Answers

    private static func answer(
        _ connection: MisbehavingHTTPConnection, _ request: MisbehavingHTTPRequest, _ shared: Shared
    ) throws {
        let prefix = "/2018-06-01/runtime/"
        guard request.target.hasPrefix(prefix) else { return try connection.respond("404 Not Found") }
        let path = request.target.dropFirst(prefix.count).split(separator: "/").map(String.init)
        let body = String(decoding: request.body, as: UTF8.self)
        let failure = Outcome.error(type: request.header("Lambda-Runtime-Function-Error-Type") ?? "", body: body)
        switch (request.method, path.count, path.last) {
        case ("GET", 2, "next"):
            try handOut(connection, shared)
        case ("POST", 2, "error") where path[0] == "init":
            shared.state.withLock { $0.startFailures.append(failure) }
            try connection.respond("202 Accepted", [], "{\"status\":\"OK\"}")
        case ("POST", 3, "response"):
            try accept(.response(body), of: path[1], connection, shared)
        case ("POST", 3, "error"):
            try accept(failure, of: path[1], connection, shared)
        default:
            try connection.respond("404 Not Found")
        }
    }

    private static func handOut(_ connection: MisbehavingHTTPConnection, _ shared: Shared) throws {
        while !shared.isStopped.load(ordering: .sequentiallyConsistent) {
            let next = shared.state.withLock { state -> Invocation? in
                guard !state.waiting.isEmpty else { return nil }
                let invocation = state.waiting.removeFirst()
                state.running.insert(invocation.requestID)
                return invocation
            }
            guard let next else {
                usleep(1000)
                continue
            }
            let deadline = Date().timeIntervalSince1970 * 1000 + next.timeout / .milliseconds(1)
            return try connection.respond(
                "200 OK",
                [
                    "Content-Type: application/json", "Lambda-Runtime-Aws-Request-Id: \(next.requestID)",
                    "Lambda-Runtime-Deadline-Ms: \(Int64(deadline))",
                    "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:worker",
                    "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
                ],
                body: next.event)
        }
        throw MisbehavingHTTPConnection.Closed()
    }

    private static func accept(
        _ outcome: Outcome, of requestID: String, _ connection: MisbehavingHTTPConnection, _ shared: Shared
    ) throws {
        let isTaken = shared.state.withLock { state in
            guard state.running.remove(requestID) != nil else { return false }
            state.outcomes[requestID] = outcome
            guard state.refusals > 0 else { return true }
            state.refusals -= 1
            return false
        }
        guard isTaken else {
            return try connection.respond("400 Bad Request", [], "{\"errorType\":\"InvalidRequestID\"}")
        }
        try connection.respond("202 Accepted", [], "{\"status\":\"OK\"}")
    }
}

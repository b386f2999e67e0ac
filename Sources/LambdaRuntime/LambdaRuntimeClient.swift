import AWSClientSupport
package import CurlHTTP

/// Speaks the HTTP interface through which Lambda hands out work to a custom runtime, version 2018-06-01.
///
/// Protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package struct LambdaRuntimeClient: Sendable {
    private let http: HTTPClient
    private let base: String
    private let pause: @Sendable (Int) -> Duration

    /// Tries of one request before the interface counts as gone.
    private static let maximumTries = 3
    /// Lambda's own limit for an event is 6 MB; with the room that a local stand-in may take.
    private static let maximumEventBytes = 16 << 20
    /// The interface is on this machine: an answer that takes longer does not come.
    private static let answerTimeouts = HTTPTimeouts(connect: .seconds(5), idle: .seconds(10), total: .seconds(15))

    /// - Parameters:
    ///   - address: host and port, as `AWS_LAMBDA_RUNTIME_API` has them.
    ///   - pause: how long to wait after the try of that number, counted from 1.
    /// - Throws: ``LambdaRuntimeError/Code/invalidAddress``.
    package init(
        address: String, http: HTTPClient,
        pause: @escaping @Sendable (Int) -> Duration = { .milliseconds(100 << $0) * Double.random(in: 0.5...1) }
    ) throws(LambdaRuntimeError) {
        let isHostAndPort = address.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
                UInt8(ascii: "["), UInt8(ascii: "]"):
                true
            default: false
            }
        }
        guard isHostAndPort, !address.isEmpty else {
            throw LambdaRuntimeError(.invalidAddress, "'\(address)' is not host:port")
        }
        self.http = http
        self.base = "http://\(address)/2018-06-01/runtime"
        self.pause = pause
    }

    /// Waits for the next invocation, without limit: Lambda freezes the whole process until there is one.
    package func next() async throws(LambdaRuntimeError) -> LambdaInvocation {
        let request = HTTPRequest(
            method: "GET", url: "\(base)/invocation/next",
            timeouts: HTTPTimeouts(connect: .seconds(5), idle: nil, total: nil))
        let response = try await send(request, "the next invocation")
        guard response.status == 200 else { throw Self.refused(response.status, "the next invocation") }
        guard let requestID = response.headers["Lambda-Runtime-Aws-Request-Id"], Self.isIdentifier(requestID) else {
            throw LambdaRuntimeError(.malformed, "an invocation has no usable Lambda-Runtime-Aws-Request-Id")
        }
        guard let deadline = response.headers["Lambda-Runtime-Deadline-Ms"].flatMap(Int64.init), deadline >= 0 else {
            throw LambdaRuntimeError(.malformed, "invocation \(requestID) has no usable Lambda-Runtime-Deadline-Ms")
        }
        return LambdaInvocation(
            requestID: requestID, deadline: deadline, traceHeader: response.headers["Lambda-Runtime-Trace-Id"],
            event: response.body)
    }

    /// Answers an invocation.
    /// - Parameter body: JSON.
    /// - Throws: ``LambdaRuntimeError/Code/refused`` when Lambda does not wait for this answer any more.
    package func respond(to invocation: LambdaInvocation, with body: [UInt8]) async throws(LambdaRuntimeError) {
        try await post("\(base)/invocation/\(invocation.requestID)/response", [:], body, "an answer")
    }

    /// Says that an invocation failed as a whole: for a queue's event, all its messages.
    package func report(
        _ failure: LambdaFailure, of invocation: LambdaInvocation
    ) async throws(LambdaRuntimeError) {
        try await post(failure, "\(base)/invocation/\(invocation.requestID)/error")
    }

    /// Says that the program cannot start.
    package func reportInitialization(_ failure: LambdaFailure) async throws(LambdaRuntimeError) {
        try await post(failure, "\(base)/init/error")
    }

    // MARK: Requests

    private func post(_ failure: LambdaFailure, _ url: String) async throws(LambdaRuntimeError) {
        var json = JSONWriter()
        json.beginObject()
        json.member("errorMessage", failure.message)
        json.member("errorType", failure.type)
        json.member("stackTrace", [String]())
        json.endObject()
        try await post(url, ["Lambda-Runtime-Function-Error-Type": failure.type], json.bytes, "an error")
    }

    private func post(
        _ url: String, _ headers: HTTPHeaders, _ body: [UInt8], _ what: String
    ) async throws(LambdaRuntimeError) {
        var headers = headers
        headers["Content-Type"] = "application/json"
        let response = try await send(
            HTTPRequest(method: "POST", url: url, headers: headers, body: body, timeouts: Self.answerTimeouts), what)
        guard (200..<300).contains(response.status) else { throw Self.refused(response.status, what) }
    }

    /// Sends a request, again when it did not get through: the interface takes an answer for the same invocation twice as one.
    private func send(_ request: HTTPRequest, _ what: String) async throws(LambdaRuntimeError) -> HTTPResponse {
        var tries = 1
        while true {
            do {
                return try await http.execute(request, maximumBodyBytes: Self.maximumEventBytes)
            } catch {
                if error.code == .cancelled { throw LambdaRuntimeError(.cancelled, what) }
                guard error.isTransient, tries < Self.maximumTries else {
                    throw LambdaRuntimeError(.unreachable, "\(what): \(error) (\(tries) tries)")
                }
            }
            do {
                try await Task.sleep(for: pause(tries))
            } catch {
                throw LambdaRuntimeError(.cancelled, what)
            }
            tries += 1
        }
    }

    private static func refused(_ status: Int, _ what: String) -> LambdaRuntimeError {
        LambdaRuntimeError(.refused, "\(what): status \(status)")
    }

    /// It becomes part of a URL.
    private static func isIdentifier(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

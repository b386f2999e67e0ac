/// Why the Lambda Runtime API cannot be worked with.
package struct LambdaRuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// `AWS_LAMBDA_RUNTIME_API` is no host and port.
        case invalidAddress
        /// No answer, after the tries that were made.
        case unreachable
        /// It answered with an error. For an answer to an invocation: that one is over for Lambda.
        case refused
        /// What it answered is not what the protocol says.
        case malformed
        /// The task was cancelled.
        case cancelled
    }

    package let code: Code
    /// What was tried and what came of it; no event data.
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "Lambda Runtime API: \(code.rawValue): \(detail) (\(advice))" }

    private var advice: String {
        switch code {
        case .invalidAddress: "Lambda sets AWS_LAMBDA_RUNTIME_API itself; leave it unset elsewhere"
        case .unreachable, .refused, .malformed: "this environment is of no use any more; Lambda starts another one"
        case .cancelled: "nothing: it was told to stop"
        }
    }
}

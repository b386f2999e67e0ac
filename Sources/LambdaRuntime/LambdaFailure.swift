/// What Lambda is told of an invocation, or of a start, that failed.
package struct LambdaFailure: Sendable, Equatable {
    /// `Category.Reason`, for example `Worker.InvalidEvent`.
    package let type: String
    /// One sentence for the person who reads the function's log; no user data.
    package let message: String

    package init(type: String, message: String) {
        self.type = type
        self.message = message
    }
}

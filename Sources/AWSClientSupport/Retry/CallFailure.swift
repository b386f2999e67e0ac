/// What the retry logic needs to know of a failed try.
package struct CallFailure: Sendable, Hashable {
    package var kind: ErrorClass
    /// No answer came in time: the service may have done the work.
    package var isTimeout: Bool
    /// What the server named in `Retry-After`.
    package var retryAfter: Duration?

    package init(_ kind: ErrorClass, isTimeout: Bool = false, retryAfter: Duration? = nil) {
        self.kind = kind
        self.isTimeout = isTimeout
        self.retryAfter = retryAfter
    }
}

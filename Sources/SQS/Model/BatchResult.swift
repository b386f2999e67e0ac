/// The answer to a batch call, entry by entry. Every entry of the call is in exactly one of the two lists.
package struct BatchResult<Success: Sendable>: Sendable {
    package let successful: [Success]
    package let failed: [BatchFailure]
}

extension BatchResult: Equatable where Success: Equatable {}

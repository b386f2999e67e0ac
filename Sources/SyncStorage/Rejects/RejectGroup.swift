/// Quarantined pieces of one sync that share a reason.
package struct RejectGroup: Sendable, Equatable {
    package let reason: String
    package let count: Int
    /// Where in the decoded stream the first of them lies.
    package let firstByteOffset: Int64

    package init(reason: String, count: Int, firstByteOffset: Int64) {
        self.reason = reason
        self.count = count
        self.firstByteOffset = firstByteOffset
    }
}

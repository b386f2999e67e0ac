/// One row of `sync_rejects`.
package struct StoredReject: Sendable, Equatable {
    /// Where the piece begins: bytes from the start of the decoded body.
    package let byteOffset: Int64
    /// One of the raw values of `Reject.Reason`, or one that a newer version wrote.
    package let reason: String
    /// The beginning of the piece.
    package let excerpt: String
}

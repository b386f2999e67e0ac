/// Where the stream of users comes from: the legacy API, or a script in a test.
package protocol StreamSource: Sendable {
    /// Asks for the stream, and returns once it has begun to answer.
    /// - Throws: `StreamFailure`, or `CancellationError`.
    func open() async throws -> OpenStream
}

/// A stream that has begun to arrive: its decoded bytes, to be read once, in order.
///
/// It ends only when the transfer was complete. What goes wrong before is a `StreamFailure`.
package struct OpenStream: Sendable {
    /// What the source says it is; shown to people, never relied on.
    package let contentType: String?
    package let chunks: any AsyncSequence<[UInt8], any Error> & Sendable

    package init(contentType: String?, chunks: any AsyncSequence<[UInt8], any Error> & Sendable) {
        self.contentType = contentType
        self.chunks = chunks
    }
}

/// What the queue's service accepts, in bytes. Checked before anything is sent.
package struct SQSLimits: Sendable, Hashable {
    /// Largest message: its body and its attributes' names, types and values.
    ///
    /// AWS takes 1 MiB since August 2025; 256 KiB is what older emulators take too.
    package var maximumMessageBytes: Int
    /// Largest sum of the messages of one batch call.
    package var maximumCallBytes: Int

    package init(maximumMessageBytes: Int = 262_144, maximumCallBytes: Int = 262_144) {
        self.maximumMessageBytes = maximumMessageBytes
        self.maximumCallBytes = maximumCallBytes
    }

    /// Entries of one batch call; fixed by the protocol.
    package static let maximumBatchEntries = 10
    /// Messages of one receive; fixed by the protocol.
    package static let maximumReceivedMessages = 10
}

/// Names a transfer across threads; never used twice by one client.
struct TransferID: Hashable, Sendable {
    let number: UInt64
}

/// Why a batch was not taken into a ``SendWindow``; the window is as it was before.
package enum SendWindowError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The window holds as many batches as it may: wait until ``SendWindow/hasRoom``.
    case full(maximumBatches: Int)
    /// The batch's number is not above that of every batch before it.
    case outOfOrder(number: Int64, last: Int64)
    /// The batch would not fit into a call even alone.
    case tooLarge(number: Int64, bytes: Int, maximumCallBytes: Int)
    /// The window was closed before.
    case closed

    package var description: String {
        switch self {
        case .full(let maximumBatches):
            "send window refused a batch: it holds \(maximumBatches), its limit; wait until it has room"
        case .outOfOrder(let number, let last):
            "send window refused batch \(number): batches come in ascending order and the last one was \(last)"
        case .tooLarge(let number, let bytes, let maximumCallBytes):
            "send window refused batch \(number): it takes \(bytes) bytes and a call \(maximumCallBytes); "
                + "batches must be made with a body limit that leaves room for their attributes"
        case .closed:
            "send window refused a batch: it was closed, no batch may follow"
        }
    }
}

import Backoff

/// What a worker may do with the messages of a lane that it cannot finish. It depends on where the messages come from, and on
/// nothing else: in everything else ``LaneWork`` decides alike for all.
package struct LanePolicy: Sendable {
    /// How long messages stay hidden after a batch of their lane was refused, by the number of its receives. Nil: the worker has
    /// no say in it.
    private let pauses: Backoff?
    /// For how long messages may be kept while the world is unavailable. Nil: until the worker is told to stop.
    package let longestHold: Duration?

    /// A worker that receives from the queue holds its messages itself. It hides what was refused longer each time, so that a
    /// cause that passes has time to pass. It keeps what it holds for 11 hours: SQS ends a hold after 12, and a message that is
    /// given back in time comes again in the order of its lane.
    package static let queue = LanePolicy(
        pauses: Backoff(base: .seconds(1), cap: .seconds(60), jitter: .none), longestHold: .seconds(11 * 3600))

    /// In Lambda the event source mapping holds the messages. The function can only report them, then they come again after the
    /// queue's visibility timeout. It keeps them until its invocation ends, for which its caller stops it.
    package static let lambda = LanePolicy(pauses: nil, longestHold: nil)

    /// - Parameter receiveCount: how often the refused message has been received, at least 1.
    func pause(afterReceives receiveCount: Int) -> Duration {
        pauses?.ceiling(afterFailures: receiveCount) ?? .zero
    }
}

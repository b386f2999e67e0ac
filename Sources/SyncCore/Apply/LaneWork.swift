/// The messages of one lane that a worker received together, in their order, and what becomes of each.
///
/// The batches of a lane are applied in order. After a message that is not done, the rest of its lane is handed back untouched, so that
/// it comes again behind that message. There are two exceptions:
/// - A batch that was received for the last time is given up, and its lane passes: the messages behind it were received as often,
///   and would become dead letters together with it.
/// - A message that is not a batch of this service has no place in the order: its lane goes on.
package struct LaneWork<Message> {
    /// How the work on a message ended.
    package enum End: Sendable, Equatable {
        /// It was applied, now or before, or its sync was overtaken.
        case done
        /// It cannot be applied, and why is on record.
        case refused(Refusal)
        /// The work was broken off: the worker stops, or the world was unavailable for too long.
        case interrupted
    }

    /// A message that cannot be applied.
    package struct Refusal: Sendable, Equatable {
        /// How often the message has been received, this time counted.
        package let receiveCount: Int
        /// It was received for the last time: it is given up, and the queue makes it a dead letter.
        package let isFinal: Bool
        /// It is a batch of this service, as its body or its identifiers say.
        package let isBatch: Bool

        package init(receiveCount: Int, isFinal: Bool, isBatch: Bool) {
            self.receiveCount = receiveCount
            self.isFinal = isFinal
            self.isBatch = isBatch
        }
    }

    /// What becomes of a message in the queue.
    package enum Fate: Sendable, Equatable {
        /// It is deleted.
        case delete
        /// It stays in the queue, and is hidden for so long.
        case handBack(after: Duration)
    }

    private let policy: LanePolicy
    private var rest: ArraySlice<Message>
    private var isOver = false
    /// The fates that are decided, in the order of the lane.
    package private(set) var fates: [(message: Message, fate: Fate)] = []

    /// - Parameter messages: those of one lane, in the order in which they were received.
    package init(_ messages: [Message], policy: LanePolicy) {
        self.policy = policy
        rest = messages[...]
    }

    /// The message to work on; the same until ``ended(_:)`` is told how that ended. Nil when nothing is left to do.
    package var next: Message? { isOver ? nil : rest.first }

    /// Takes the end of the work on ``next``.
    package mutating func ended(_ end: End) {
        guard !isOver, !rest.isEmpty else { return }
        switch end {
        case .done: settle(.delete)
        case .interrupted: handBackRest(after: .zero)
        case .refused(let refusal):
            // After the last receive there is nothing to wait for: the queue moves the message away at once.
            let pause = refusal.isFinal ? .zero : policy.pause(afterReceives: refusal.receiveCount)
            if refusal.isFinal || !refusal.isBatch {
                settle(.handBack(after: pause))
            } else {
                handBackRest(after: pause)
            }
        }
    }

    /// Ends the work: what is left is handed back untouched.
    package mutating func close() { handBackRest(after: .zero) }

    private mutating func settle(_ fate: Fate) {
        if let message = rest.popFirst() { fates.append((message, fate)) }
    }

    private mutating func handBackRest(after pause: Duration) {
        isOver = true
        while !rest.isEmpty { settle(.handBack(after: pause)) }
    }
}

extension LaneWork {
    /// Splits what was received into lanes, each in the order of the receive.
    ///
    /// - Parameter lane: the lane of a message. Messages without one, of a queue that is not FIFO, are lanes of their own.
    package static func lanes(
        of messages: [Message], policy: LanePolicy, lane: (Message) -> String?
    ) -> [LaneWork] {
        var lanes: [[Message]] = []
        var places: [String: Int] = [:]
        for message in messages {
            if let name = lane(message) {
                if let place = places[name] {
                    lanes[place].append(message)
                    continue
                }
                places[name] = lanes.count
            }
            lanes.append([message])
        }
        return lanes.map { LaneWork($0, policy: policy) }
    }
}

extension LaneWork: Sendable where Message: Sendable {}

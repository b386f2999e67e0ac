import SQS

/// The messages of one lane in an invocation, in their order, and which of them are to be reported as failed.
///
/// Lambda deletes from the queue what is not reported. After a failure the rest of the lane is not worked on and is reported too,
/// so that the queue hands it out again behind the one that failed. There is one exception: a message that has failed for the last
/// time leaves the lane, and the ones behind it are worked on. They have been received as often as it has, and would otherwise be
/// moved to the dead-letter queue together with it.
struct LaneWork {
    private var rest: ArraySlice<QueueEvent.Record>
    private var isBlocked = false
    /// Identifiers of the messages that failed, or were not worked on.
    private(set) var failed: [String] = []

    init(_ records: [QueueEvent.Record]) {
        rest = records[...]
    }

    /// The lane's next message to work on; nil when there is none. Tell how it ended before asking again.
    mutating func next() -> QueueEvent.Record? { isBlocked ? nil : rest.first }

    /// How the work on the message that was handed out last has ended.
    mutating func ended(_ disposition: BatchApplier.Disposition) {
        guard let record = rest.popFirst() else { return }
        switch disposition {
        case .done: return
        case .rejected(let isFinal): isBlocked = !isFinal
        case .interrupted: isBlocked = true
        }
        failed.append(record.message.messageID)
    }

    /// Ends the lane: what is left was not worked on.
    mutating func close() {
        isBlocked = true
        failed += rest.map(\.message.messageID)
        rest = []
    }

    /// Splits an event into lanes by message group. Messages without a group, of a queue that is not FIFO, are lanes of their own.
    static func lanes(of records: [QueueEvent.Record]) -> [LaneWork] {
        var lanes: [[QueueEvent.Record]] = []
        var places: [String: Int] = [:]
        for record in records {
            if let group = record.message.messageGroupID, let place = places[group] {
                lanes[place].append(record)
                continue
            }
            if let group = record.message.messageGroupID { places[group] = lanes.count }
            lanes.append([record])
        }
        return lanes.map(LaneWork.init)
    }
}

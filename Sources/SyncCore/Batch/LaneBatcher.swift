import BasicContainers

/// Sorts users into lanes and seals a batch whenever a lane has enough of them.
///
/// A lane's batch is sealed when it holds `maximumUsers`, or when the next user would push its body beyond
/// `maximumBodyBytes`. Each user is encoded at once into its lane's buffer, which is used again for every batch: the
/// only allocation is the body that leaves with a batch.
///
/// Memory: each lane's buffer grows to what its largest batch took, at most about `maximumBodyBytes` and room for one
/// more user; so about `lanes * maximumBodyBytes` in all when every lane is filled to that limit.
package struct LaneBatcher: ~Copyable {
    private let syncID: Int64
    private let attempt: Int
    private let maximumUsers: Int
    private let maximumBodyBytes: Int
    private let extraColumns: [ExtraColumn]
    /// The longest header of this sync.
    private let headerBytes: Int
    /// The bytes that are left for lines when the longest header of this sync is taken off.
    private let maximumRowsBytes: Int
    private let assignment: LaneAssignment
    private var lanes: UniqueArray<LaneBuffer>
    /// Where ``flushNext()`` looks next: lanes below it are empty.
    private var flushedLanes = 0

    /// The number that the next sealed batch gets.
    package private(set) var nextBatchNumber: Int64

    /// Makes an empty batcher.
    ///
    /// - Parameters:
    ///   - syncID: The sync that all batches belong to.
    ///   - attempt: Which reading of the stream, within the sync, the users come from; counted from 1.
    ///   - firstBatchNumber: The number of the first batch; a restarted stream goes on where the last attempt ended.
    ///   - lanes: Which lane each user goes to; the same for all batches of a sync.
    ///   - maximumUsers: The most users in a batch, at least 1.
    ///   - maximumBodyBytes: The most UTF-8 bytes in a body. SQS counts a message's attributes (name, type and value)
    ///     into the same limit: their bytes are to be taken off before.
    ///   - extraFields: what the users hold beyond the five fields.
    package init(
        syncID: Int64, attempt: Int = 1, firstBatchNumber: Int64, lanes assignment: LaneAssignment, maximumUsers: Int,
        maximumBodyBytes: Int, extraFields: ExtraFields = .none
    ) {
        self.syncID = syncID
        self.attempt = attempt
        self.nextBatchNumber = firstBatchNumber
        self.maximumUsers = max(1, maximumUsers)
        self.maximumBodyBytes = maximumBodyBytes
        extraColumns = extraFields.columns
        headerBytes = MessageEncoder.longestHeaderBytes(extraColumns)
        self.maximumRowsBytes = maximumBodyBytes - headerBytes
        self.assignment = assignment
        lanes = UniqueArray(minimumCapacity: assignment.lanes)
        for _ in 0..<assignment.lanes {
            lanes.append(LaneBuffer())
        }
    }

    /// The users that are in no sealed batch yet.
    package var pendingUsers: Int {
        var users = 0
        for lane in 0..<lanes.count {
            users += lanes[lane].users
        }
        return users
    }

    /// Whether ``append(_:isNew:)`` surely does not refuse a user for its size.
    package func surelyTakes(_ user: UserRecord) -> Bool { MessageEncoder.roomForRow(user) <= maximumRowsBytes }

    /// Adds a user to its lane, and returns the batch that this sealed, if any.
    ///
    /// The user's bytes are copied. A user that is refused changes nothing.
    ///
    /// - Parameter isNew: nothing is known of such a user in the table, and none was added before.
    /// - Throws: ``UserTooLarge`` when the user does not fit into a message even alone.
    package mutating func append(_ user: UserRecord, isNew: Bool = false) throws(UserTooLarge) -> Batch? {
        let textBytes = user.userName.count + user.email.count + user.extras.count
        guard textBytes <= maximumRowsBytes else {
            // Refused before it is encoded, so that the buffer's growth stays bounded.
            throw UserTooLarge(
                bytes: textBytes + MessageFormat.shortestRowBytes + headerBytes,
                maximumBodyBytes: maximumBodyBytes
            )
        }
        let lane = assignment.lane(of: user.userName)
        flushedLanes = 0
        let rowBytes = lanes[lane].writeRow(user, isNew: isNew)
        guard lanes[lane].bytes + rowBytes <= maximumRowsBytes else {
            guard rowBytes <= maximumRowsBytes else {
                throw UserTooLarge(
                    bytes: rowBytes + headerBytes,
                    maximumBodyBytes: maximumBodyBytes
                )
            }
            // The lane is not empty, since the line alone would fit. With one user a batch it always is.
            let batch = seal(lane, movingUpRowOf: rowBytes)
            lanes[lane].keepRow(bytes: rowBytes)
            return batch
        }
        lanes[lane].keepRow(bytes: rowBytes)
        return lanes[lane].users == maximumUsers ? seal(lane) : nil
    }

    /// Seals the unfinished batch of one lane that has one, or returns nil when no user is left unsealed.
    ///
    /// Called again and again at the end of a stream, one batch at a time, so that the caller can wait for room
    /// between.
    package mutating func flushNext() -> Batch? {
        while flushedLanes < lanes.count {
            let lane = flushedLanes
            flushedLanes += 1
            if lanes[lane].users > 0 {
                return seal(lane)
            }
        }
        return nil
    }

    /// Seals the unfinished batches of all lanes at once.
    package mutating func flush() -> [Batch] {
        var batches: [Batch] = []
        while let batch = flushNext() {
            batches.append(batch)
        }
        return batches
    }

    private mutating func seal(_ lane: Int, movingUpRowOf rowBytes: Int = 0) -> Batch {
        let header = MessageHeader(
            syncID: syncID, number: nextBatchNumber, lane: lane, users: lanes[lane].users, extraColumns: extraColumns)
        let body = MessageEncoder.body(header: header, rows: lanes[lane].rows)
        lanes[lane].removeAll(movingUpRowOf: rowBytes)
        nextBatchNumber += 1
        return Batch(
            identity: MessageIdentity(syncID: syncID, attempt: attempt, number: header.number, lane: lane),
            users: header.users, body: body)
    }
}

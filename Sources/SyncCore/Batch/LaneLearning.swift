/// Learns from the first users of a stream which lanes its sync has, and holds those that are to be sent until it knows.
///
/// It ends with 10 000 names, or a third of the users that fit into the lanes' unfinished batches, whichever is less; after
/// ``longestTime``; when the bytes that it may hold are used up; or with the stream. Holding delays nobody: without it, the same users
/// would wait in the unfinished batches of their lanes.
package struct LaneLearning: Sendable {
    /// Names that are enough, however many lanes there are: each range then holds the share that it should within a fifth, as a rule.
    package static let mostNames = 10_000
    /// How long a stream is waited for that is slow to bring them. It is looked at when bytes come.
    package static let longestTime: Duration = .seconds(10)

    private let lanes: Int
    private let namesWanted: Int
    private let maximumBytes: Int
    private var sample = NameSample()
    /// Copies of the users that wait, one after the other, each behind a byte that says whether it is new.
    private var held: [UInt8] = []
    package private(set) var heldUsers = 0

    /// - Parameters:
    ///   - batchSize: the most users in a batch.
    ///   - maximumBytes: what the sample and the users that wait may take together.
    /// - Returns: nil when lanes must be hashes, since so few users could not show enough names.
    package init?(lanes: Int, batchSize: Int, maximumBytes: Int = 4 << 20) {
        // The names that fit, without an overflow.
        let namesWanted = min(Self.mostNames, lanes * min(batchSize, 3 * Self.mostNames) / 3)
        guard lanes > 1, namesWanted >= NameSample.namesNeeded(lanes: lanes) else { return nil }
        self.lanes = lanes
        self.namesWanted = namesWanted
        self.maximumBytes = maximumBytes
    }

    /// Whether enough is known, or no more can be held.
    package var isComplete: Bool { sample.count >= namesWanted || sample.byteCount + held.count >= maximumBytes }

    /// Takes note of the name of a user of the stream, whether it is to be sent or not.
    package mutating func note(_ userName: UnsafeRawBufferPointer) { sample.add(userName) }

    /// Keeps a copy of a user that is to be sent.
    /// - Returns: false when it has no room for it. Then it is time to choose.
    package mutating func hold(_ user: UserRecord, isNew: Bool) -> Bool {
        guard sample.byteCount + held.count + 1 + user.copyByteCount <= maximumBytes else { return false }
        held.append(isNew ? 1 : 0)
        user.appendCopy(to: &held)
        heldUsers += 1
        return true
    }

    /// The lanes, by what is known now.
    package func choice() -> NameSample.Choice { sample.choice(lanes: lanes) }

    /// Hands out the users that waited, in the order in which they came.
    package func release(_ body: (UserRecord, _ isNew: Bool) -> Void) {
        held.withUnsafeBytes { held in
            var start = 0
            while start < held.count {
                let user = UserRecord(copyIn: held, at: start + 1)
                body(user, held[start] == 1)
                start += 1 + user.copyByteCount
            }
        }
    }
}

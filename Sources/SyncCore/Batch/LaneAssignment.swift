/// Which lane each user goes to. It is made once per sync and stays as it is for all readings of the stream, so that all records of
/// one user go through one lane, in order.
package enum LaneAssignment: Sendable, Equatable {
    /// By a hash of the name, to this many lanes. Nothing need be known of the names.
    case hashed(Int)
    /// By ranges of names, so that a batch touches only its part of the table's index.
    case ranges(LaneRanges)

    /// The number of lanes, at least 1.
    package var lanes: Int {
        switch self {
        case .hashed(let lanes): max(1, lanes)
        case .ranges(let ranges): ranges.lanes
        }
    }

    /// What the lanes are, in words.
    package var kind: String {
        switch self {
        case .hashed: "hashes of names"
        case .ranges: "ranges of names"
        }
    }

    /// The lane of `userName`, from 0 to `lanes - 1`.
    @inline(__always)
    package func lane(of userName: UnsafeRawBufferPointer) -> Int {
        switch self {
        case .hashed(let lanes): LaneHash.lane(of: userName, lanes: lanes)
        case .ranges(let ranges): ranges.lane(of: userName)
        }
    }
}

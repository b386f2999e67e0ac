/// Ranges of user names, one per lane, in the order of their bytes.
///
/// Names outside all ranges are spread over the lanes by their hash. A sample of the stream does not show what comes later: should
/// the source go on with names that all sort behind those of the sample, they would make one lane of 32.
package struct LaneRanges: Sendable, Equatable {
    /// The number of lanes, at least 1.
    package let lanes: Int
    /// How many bytes all names within the ranges have in common at their beginning.
    private let commonPrefix: Int
    /// The eight bytes of each bound that follow them, as a number that sorts as they do.
    private let heads: [UInt64]
    /// The bytes of all bounds, one after the other.
    private let bytes: [UInt8]
    /// Where the bytes of each bound begin, and where those of the last one end.
    private let starts: [Int]

    /// - Parameter bounds: where each range begins, and where the last one ends; ascending, at least two. A bound need not be a name.
    package init?(bounds: [[UInt8]]) {
        guard let lowest = bounds.first, let highest = bounds.last, bounds.count > 1 else { return nil }
        lanes = bounds.count - 1
        let commonPrefix = lowest.withUnsafeBytes { lowest in
            highest.withUnsafeBytes { NameOrder.commonPrefix(lowest, $0) }
        }
        self.commonPrefix = commonPrefix
        heads = bounds.map { $0.withUnsafeBytes { NameOrder.word(of: $0, at: commonPrefix) } }
        bytes = bounds.flatMap { $0 }
        starts = bounds.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    }

    /// The lane of `userName`, from 0 to `lanes - 1`.
    package func lane(of userName: UnsafeRawBufferPointer) -> Int {
        guard hasCommonPrefix(userName) else { return LaneHash.lane(of: userName, lanes: lanes) }
        let head = NameOrder.word(of: userName, at: commonPrefix)
        var first = 0
        var end = heads.count
        // Finds how many bounds are not above the name.
        while first < end {
            let middle = (first + end) / 2
            let bound = heads[middle]
            if bound < head || (bound == head && !isBelow(userName, bound: middle)) {
                first = middle + 1
            } else {
                end = middle
            }
        }
        guard first > 0, first < heads.count else { return LaneHash.lane(of: userName, lanes: lanes) }
        return first - 1
    }

    @inline(__always)
    private func hasCommonPrefix(_ userName: UnsafeRawBufferPointer) -> Bool {
        guard userName.count >= commonPrefix else { return false }
        for index in 0..<commonPrefix where userName[index] != bytes[index] { return false }
        return true
    }

    /// Whether a name comes before a bound that has the same head. Most have not.
    @inline(never)
    private func isBelow(_ userName: UnsafeRawBufferPointer, bound: Int) -> Bool {
        bytes.withUnsafeBytes { bytes in
            let bound = UnsafeRawBufferPointer(rebasing: bytes[starts[bound]..<starts[bound + 1]])
            return NameOrder.compare(userName, bound, from: min(commonPrefix + 8, bound.count, userName.count)) < 0
        }
    }
}

/// The first names of a stream, from which lanes are chosen.
package struct NameSample: Sendable {
    /// Lanes as a sample suggests them, and why.
    package struct Choice: Sendable, Equatable {
        /// Why lanes are ranges of names, or hashes.
        package enum Reason: String, Sendable {
            case randomOrder = "the names come in no order"
            case sorted = "the names come in order, so ranges would be fed one after the other"
            case tooFewNames = "too few names to learn ranges from"
        }

        package let assignment: LaneAssignment
        package let reason: Reason
        /// How many names were looked at, each counted once.
        package let names: Int
    }

    /// Fewer names than this say too little.
    package static let fewestNames = 1000
    /// Fewer names per lane than this make uneven ranges: with 32 the largest range gets at most about twice its share.
    package static let fewestNamesPerLane = 32

    private var bytes: [UInt8] = []
    /// Where the bytes of each name end.
    private var ends: [Int] = []

    package init() {}

    /// How many names it holds, equal ones counted each time.
    package var count: Int { ends.count }
    /// What the names take, in bytes.
    package var byteCount: Int { bytes.count }

    /// Adds the next name of the stream.
    package mutating func add(_ userName: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: userName)
        ends.append(bytes.count)
    }

    /// How many names lanes by ranges need.
    package static func namesNeeded(lanes: Int) -> Int { max(fewestNames, fewestNamesPerLane * lanes) }

    /// Chooses lanes: ranges that hold as many names of the sample each, or hashes where the sample is too small or sorted.
    ///
    /// The measure of order is a test by runs. The names are sorted, and each is called early or late, as it came in the first or the
    /// second half of the sample. In random order every second neighbour is of the other half. A source that is sorted up or down,
    /// or nearly, or in several parts, puts the late ones beside each other. Below two changes per five names it counts as sorted;
    /// with 1000 names that is six standard deviations away from random order.
    package func choice(lanes: Int) -> Choice {
        bytes.withUnsafeBytes { bytes in
            let names = distinctNames(in: bytes)
            guard lanes > 1, names.count >= Self.namesNeeded(lanes: lanes) else {
                return Choice(assignment: .hashed(lanes), reason: .tooFewNames, names: names.count)
            }
            guard 5 * Self.changes(between: names) >= 2 * names.count,
                let ranges = LaneRanges(bounds: bounds(of: names, lanes: lanes, in: bytes))
            else { return Choice(assignment: .hashed(lanes), reason: .sorted, names: names.count) }
            return Choice(assignment: .ranges(ranges), reason: .randomOrder, names: names.count)
        }
    }

    /// One name with its place in the stream.
    private struct Entry {
        let head: UInt64
        let place: Int
    }

    /// The names in order, each once, with the place where it came first.
    private func distinctNames(in bytes: UnsafeRawBufferPointer) -> [Entry] {
        var names = ends.indices.map { Entry(head: NameOrder.word(of: name($0, in: bytes), at: 0), place: $0) }
        func compare(_ left: Entry, _ right: Entry) -> Int {
            if left.head != right.head { return left.head < right.head ? -1 : 1 }
            return NameOrder.compare(name(left.place, in: bytes), name(right.place, in: bytes))
        }
        names.sort { left, right in
            let order = compare(left, right)
            return order == 0 ? left.place < right.place : order < 0
        }
        var distinct: [Entry] = []
        distinct.reserveCapacity(names.count)
        for name in names {
            if let last = distinct.last, compare(last, name) == 0 { continue }
            distinct.append(name)
        }
        return distinct
    }

    /// How often neighbours in the order of names are of different halves of the stream.
    private static func changes(between names: [Entry]) -> Int {
        let places = names.map(\.place).sorted()
        let middle = places[places.count / 2]
        return zip(names, names.dropFirst()).count { ($0.place < middle) != ($1.place < middle) }
    }

    /// Where the ranges begin, and where the last one ends: as many names between each two.
    private func bounds(of names: [Entry], lanes: Int, in bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        (0...lanes).map { lane in
            let index = lane < lanes ? lane * names.count / lanes : names.count - 1
            let bound = name(names[index].place, in: bytes)
            guard index > 0 else { return Array(bound) }
            // As much of the name as tells it from the one before.
            let before = name(names[index - 1].place, in: bytes)
            return Array(bound.prefix(NameOrder.commonPrefix(before, bound) + 1))
        }
    }

    private func name(_ place: Int, in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]])
    }
}

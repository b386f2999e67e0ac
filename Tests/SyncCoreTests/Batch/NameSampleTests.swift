import SyncCore
import TestSupport
import Testing

@Suite("What the first names of a stream say about lanes")
struct NameSampleTests {
    private static func choice(_ names: some Sequence<[UInt8]>, lanes: Int = 32) -> NameSample.Choice {
        var sample = NameSample()
        for name in names { name.withUnsafeBytes { sample.add($0) } }
        return sample.choice(lanes: lanes)
    }

    /// How many times its even share the fullest lane has.
    private static func unevenness(_ names: [[UInt8]], _ assignment: LaneAssignment) -> Double {
        var counts = [Int](repeating: 0, count: assignment.lanes)
        for name in names { counts[name.withUnsafeBytes { assignment.lane(of: $0) }] += 1 }
        return Double((counts.max() ?? 0) * assignment.lanes) / Double(names.count)
    }

    @Test(
        "ranges are even whatever the names look like, for all that come and not just for the sample",
        arguments: NameFamily.allCases)
    func even(family: NameFamily) {
        for (sample, lanes, factor) in [(4000, 32, 1.6), (1024, 32, 2.2), (2000, 8, 1.5), (1000, 2, 1.2)] {
            let names = family.names(2 * sample, seed: UInt64(sample))
            let choice = Self.choice(names.prefix(sample), lanes: lanes)
            guard case .ranges = choice.assignment else {
                Issue.record("\(choice.reason) with \(sample) names")
                continue
            }
            #expect(choice.names == sample && choice.assignment.lanes == lanes)
            #expect(Self.unevenness(names, choice.assignment) < factor, "\(sample) names, \(lanes) lanes")
        }
    }

    @Test("one name that comes again and again does not shift the ranges")
    func manyEqual() {
        let names = NameFamily.hexadecimal.names(4000, seed: 5)
        let often = names.prefix(2000).flatMap { [$0, names[7], names[8]] }
        let choice = Self.choice(often)
        #expect(choice.names == 2000 && choice.reason == .randomOrder)
        #expect(Self.unevenness(names, choice.assignment) < 2)
        #expect(Self.choice(Array(repeating: names[0], count: 10_000)).reason == .tooFewNames)
    }

    /// Orders in which ranges would be fed one after the other.
    private static let orders: [(name: String, arrange: @Sendable ([[UInt8]]) -> [[UInt8]])] = [
        ("up", { $0 }),
        ("down", { $0.reversed() }),
        (
            "up and down by turns",
            { names in names.indices.map { $0 % 2 == 0 ? names[$0 / 2] : names[names.count - 1 - $0 / 2] } }
        ),
        (
            "nearly: each within 200 places of its own",
            { names in
                var random = SeededGenerator(seed: 3)
                return names.indices.map { ($0 + Int.random(in: 0..<200, using: &random), $0) }.sorted { $0 < $1 }.map {
                    names[$0.1]
                }
            }
        ),
        (
            "forty sorted parts, merged by chance",
            { names in
                var random = SeededGenerator(seed: 4)
                var parts = (0..<40).map { names[$0 * names.count / 40..<($0 + 1) * names.count / 40] }
                var merged: [[UInt8]] = []
                while merged.count < names.count {
                    let part = Int.random(in: 0..<40, using: &random)
                    if let name = parts[part].popFirst() { merged.append(name) }
                }
                return merged
            }
        ),
        (
            "in groups that begin alike, at random within",
            { names in
                var random = SeededGenerator(seed: 5)
                return (0..<8).shuffled(using: &random).flatMap {
                    names[$0 * names.count / 8..<($0 + 1) * names.count / 8].shuffled(using: &random)
                }
            }
        ),
    ]

    @Test("where names come in order, or nearly, lanes are hashes", arguments: [1024, 10_000], [2, 32])
    func sorted(count: Int, lanes: Int) {
        let names = NameFamily.hexadecimal.names(count, seed: 9).sorted { $0.lexicographicallyPrecedes($1) }
        for order in Self.orders where count == 10_000 || !order.name.contains("200 places") {
            let choice = Self.choice(order.arrange(names), lanes: lanes)
            #expect(choice.assignment == .hashed(lanes) && choice.reason == .sorted, "\(order.name)")
        }
    }

    @Test("numbers that count up are in order, although 10 sorts before 9")
    func countingUp() {
        let names = (1...10_000).map { Array("user\($0)".utf8) }
        #expect(Self.choice(names).reason == .sorted)
    }

    @Test("pages that are sorted, each through all names, are no order of the whole")
    func sortedPages() {
        let names = NameFamily.hexadecimal.names(10_000, seed: 11)
        let pages = stride(from: 0, to: 10_000, by: 500).flatMap {
            names[$0..<$0 + 500].sorted { $0.lexicographicallyPrecedes($1) }
        }
        #expect(Self.choice(pages).reason == .randomOrder)
    }

    @Test("chance never looks like order", arguments: UInt64(0)..<30)
    func chance(seed: UInt64) {
        #expect(Self.choice(NameFamily.shortNumbers.names(1024, seed: seed)).reason == .randomOrder)
    }

    @Test(
        "fewer than 1000 different names, or 32 per lane, say too little",
        arguments: [(999, 2), (1023, 32), (3199, 100), (0, 32), (10_000, 1)])
    func tooFew(names: Int, lanes: Int) {
        let choice = Self.choice(NameFamily.hexadecimal.names(names, seed: 1), lanes: lanes)
        #expect(choice.assignment == .hashed(lanes) && choice.reason == .tooFewNames && choice.names == names)
        guard lanes > 1 else { return }
        let enough = NameFamily.hexadecimal.names(NameSample.namesNeeded(lanes: lanes), seed: 1)
        #expect(Self.choice(enough, lanes: lanes).reason == .randomOrder)
    }
}

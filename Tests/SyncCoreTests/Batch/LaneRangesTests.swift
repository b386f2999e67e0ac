import SyncCore
import TestSupport
import Testing

@Suite("Lanes by ranges of names")
struct LaneRangesTests {
    /// What the ranges are, said as simply as possible.
    private static func reference(_ name: [UInt8], _ bounds: [[UInt8]]) -> Int {
        let notAbove = bounds.count { !name.lexicographicallyPrecedes($0) }
        guard notAbove > 0, notAbove < bounds.count else {
            return name.withUnsafeBytes { LaneHash.lane(of: $0, lanes: bounds.count - 1) }
        }
        return notAbove - 1
    }

    @Test("a name goes to the range that holds it, and outside all ranges to the lane of its hash", arguments: 0..<40)
    func matchesReference(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        // Few letters and long prefixes, so that bounds and names often begin alike, and are often equal.
        let prefix = [UInt8](repeating: 0x6D, count: Int.random(in: 0...20, using: &random))
        func name() -> [UInt8] {
            let rest = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                UInt8.random(in: 0x61...0x63, using: &random)
            }
            let start = random.chance(1, in: 10) ? prefix.dropLast(Int.random(in: 0...3, using: &random)) : prefix[...]
            return Array(start) + rest
        }
        let names = Set((0..<Int.random(in: 3...40, using: &random)).map { _ in name() })
        let bounds = names.sorted { $0.lexicographicallyPrecedes($1) }
        guard bounds.count > 1 else { return }
        let ranges = try #require(LaneRanges(bounds: bounds))
        for name in bounds + (0..<500).map({ _ in name() }) + [[0x61], [0xFF, 0xFF], prefix + [0x62]] {
            #expect(name.withUnsafeBytes { ranges.lane(of: $0) } == Self.reference(name, bounds))
        }
    }

    @Test("names that sort behind or before all that were known are spread over all lanes")
    func outside() throws {
        let ranges = try #require(LaneRanges(bounds: (0...32).map { Array("m\($0 + 10)".utf8) }))
        for first in ["a", "z"] {
            var counts = [Int](repeating: 0, count: 32)
            for number in 0..<3200 {
                counts[Array("\(first)\(number)".utf8).withUnsafeBytes { ranges.lane(of: $0) }] += 1
            }
            #expect(counts.allSatisfy { 50..<200 ~= $0 }, "\(counts)")
        }
    }

    @Test("a range needs a beginning and an end")
    func needsBounds() {
        #expect(LaneRanges(bounds: []) == nil)
        #expect(LaneRanges(bounds: [[0x61]]) == nil)
    }
}

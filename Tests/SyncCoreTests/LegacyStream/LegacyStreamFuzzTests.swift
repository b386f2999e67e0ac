import Foundation
import SyncCore
import Testing

/// Seeded streams, sound and damaged, read by the parser and by the reference.
///
/// `SYNC_FUZZ_CASES` sets how many (3 000 otherwise), `SYNC_FUZZ_SEED` where to begin. A failure names its seed.
@Suite("Legacy stream: fuzzing against the reference reader")
struct LegacyStreamFuzzTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test("any bytes, cut anywhere, give what the reference reader gives")
    func agreesWithReference() async {
        let cases = Self.setting("SYNC_FUZZ_CASES") ?? 3_000
        let firstSeed = Self.setting("SYNC_FUZZ_SEED") ?? 1
        let workers = cases >= 100_000 ? UInt64(ProcessInfo.processInfo.activeProcessorCount) : 1
        let totals = await withTaskGroup(of: Totals.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    Self.run(seeds: stride(from: firstSeed + worker, to: firstSeed + cases, by: Int(workers)))
                }
            }
            return await group.reduce(into: Totals()) { $0.add($1) }
        }
        #expect(totals.failedSeeds.isEmpty)
        #expect(totals.cases == cases)
        // The generator must not degrade into noise that has nothing to find.
        #expect(totals.users > Int(cases) / 4)
        #expect(totals.rejects > Int(cases) / 4)
        print("fuzzed \(totals.cases) streams: \(totals.users) users, \(totals.rejects) rejects, \(totals.bytes) bytes")
    }

    private struct Totals {
        var cases: UInt64 = 0
        var users = 0
        var rejects = 0
        var bytes = 0
        var failedSeeds: [UInt64] = []

        mutating func add(_ other: Totals) {
            cases += other.cases
            users += other.users
            rejects += other.rejects
            bytes += other.bytes
            failedSeeds += other.failedSeeds
        }
    }

    private static func run(seeds: some Sequence<UInt64>) -> Totals {
        var totals = Totals()
        for seed in seeds {
            var generator = StreamGenerator(seed: seed)
            let (bytes, limits) = generator.stream()
            let expected = ReferenceReader(bytes: bytes, limits: limits).read()
            let reading = parse(bytes, chunking: generator.chunking(), limits: limits)
            if reading != expected {
                totals.failedSeeds.append(seed)
                if totals.failedSeeds.count < 4 { Issue.record(difference(seed, bytes, limits, reading, expected)) }
            }
            totals.cases += 1
            totals.users += expected.userIDs.count
            totals.rejects += expected.rejects.count
            totals.bytes += bytes.count
        }
        return totals
    }

    private static func difference(
        _ seed: UInt64, _ bytes: [UInt8], _ limits: LegacyStreamParser.Limits, _ reading: StreamReading,
        _ expected: StreamReading
    ) -> Comment {
        """
        seed \(seed), \(limits): \(Excerpt.printable(bytes, isCut: false))
        parser: \(reading)
        reference: \(expected)
        """
    }
}

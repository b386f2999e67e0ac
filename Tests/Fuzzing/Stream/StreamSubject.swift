import SyncCore

/// The legacy API's stream: read whole, read in pieces, and read by the reference reader, all three must say the same.
package struct StreamSubject: FuzzSubject {
    package static let name = "stream"
    package static let leastPercent = (accepted: 25, refused: 25)

    package init() {}

    package func run(seed: UInt64) -> FuzzOutcome {
        var generator = StreamGenerator(seed: seed)
        let (bytes, limits) = generator.stream()
        let expected = ReferenceReader(bytes: bytes, limits: limits).read()
        var outcome = FuzzOutcome(bytes: bytes.count)
        outcome.accepted = expected.findings.count { $0.reject == nil }
        outcome.refused = expected.findings.count - outcome.accepted
        for chunking in [Chunking.whole, generator.chunking()] {
            let reading = parse(bytes, chunking: chunking, limits: limits)
            guard reading != expected else { continue }
            outcome.problem = """
                \(limits), \(chunking): \(Excerpt.printable(bytes, isCut: false))
                parser: \(reading)
                reference: \(expected)
                """
        }
        return outcome
    }
}

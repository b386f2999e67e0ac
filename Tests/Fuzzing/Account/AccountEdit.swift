import TestSupport

/// One change to a sound body.
struct AccountEdit: CustomStringConvertible {
    enum Kind: CaseIterable {
        /// One bit of one byte.
        case flip
        /// One byte becomes another.
        case replace
        /// Some bytes are lost.
        case loss
        /// Some bytes come in addition.
        case insertion
        /// Some bytes are overwritten with noise.
        case junk
        /// Some bytes are overwritten with NUL, as a hole in a file reads.
        case hole
    }

    let kind: Kind
    /// The bytes that it changes or removes; for an insertion where it is made.
    let range: Range<Int>
    let bytes: [UInt8]

    var description: String { "\(kind) at \(range)" }

    init(of body: AccountBody, using random: inout SeededGenerator) {
        let kind = Kind.allCases.randomElement(using: &random) ?? .flip
        let count = body.bytes.count
        let start = Int.random(in: 0..<count, using: &random)
        let length = random.chance(1, in: 2) ? 20 : 400
        let run = start..<min(count, start + Int.random(in: 1...length, using: &random))
        var bytes = body.bytes
        self.kind = kind
        switch kind {
        case .flip:
            range = start..<start + 1
            bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .replace:
            range = start..<start + 1
            bytes[start] = Self.byte(using: &random)
        case .loss:
            range = run
            bytes.removeSubrange(run)
        case .insertion:
            range = start..<start
            bytes.insert(contentsOf: Self.insertion(using: &random), at: start)
        case .junk:
            range = run
            bytes.replaceSubrange(run, with: run.map { _ in Self.byte(using: &random) })
        case .hole:
            range = run
            bytes.replaceSubrange(run, with: run.map { _ in 0 })
        }
        self.bytes = bytes
    }

    /// Whether what it makes of a body can look sound where a user is lost, so that only the rule of two syncs protects that user.
    ///
    /// A changed or added byte can do that in a name and its key alone, a hole where it covers a whole array. What is
    /// lost or overwritten with noise can make one record of two.
    func canLookSound(in body: AccountBody) -> Bool {
        switch kind {
        case .flip, .replace: body.nameRanges.contains { $0.overlaps(range) }
        case .hole: body.values.contains { range.lowerBound <= $0.lowerBound && $0.upperBound <= range.upperBound }
        case .insertion: body.nameRanges.contains { $0.contains(range.lowerBound) }
        case .loss, .junk: true
        }
    }

    private static func byte(using random: inout SeededGenerator) -> UInt8 {
        random.chance(1, in: 2)
            ? UInt8.random(in: 0...255, using: &random) : Array("{}[]\",:\\0 n".utf8).randomElement(using: &random) ?? 0
    }

    private static func insertion(using random: inout SeededGenerator) -> [UInt8] {
        let tokens = [
            "{", "}", "[", "]", ",", "\"", ":", "\\", "{}", "[]", "{/dados/:/corrimpidos/}", "{\"", "\"}", "]}", "[{",
            "}]", "\0", "\n",
            "<html>502</html>", "null", "{\"error\":\"upstream\"}", "{\"data\":",
        ]
        if random.chance(2, in: 3) { return Array((tokens.randomElement(using: &random) ?? "{").utf8) }
        return (0..<Int.random(in: 1...30, using: &random)).map { _ in byte(using: &random) }
    }
}

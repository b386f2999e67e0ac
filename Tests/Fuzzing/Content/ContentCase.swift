import SyncCore
import TestSupport

/// An answer of the legacy API whose body is compressed, or says so: sound, damaged, cut, mislabelled, or a bomb.
struct ContentCase: Sendable {
    /// How the body travels.
    enum Framing: Sendable {
        case length
        case chunks
    }

    /// The value of `Content-Encoding`; nil: there is none.
    var header: String?
    var body: [UInt8]
    var framing = Framing.length
    /// How the body is cut into pieces for the way.
    var pieces = Chunking.whole
    /// Bytes of the body after which the connection breaks; nil: the transfer is complete.
    var breaksAfter: Int?
    let limits: LegacyStreamParser.Limits
    /// What the reader may take for the whole body. A checksum holds these, so anything else that comes to its end is damage unseen;
    /// nil: no checksum covers the body.
    var sound: [[UInt8]]?
    /// Bytes that come out of a sound bomb, which is too large to be kept; nil: it is none.
    var bombBytes: Int?

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        if random.chance(1, in: 1_000) {
            self.init(bomb: &random)
        } else {
            self.init(seed: seed, using: &random)
        }
        framing = random.chance(1, in: 2) ? .length : .chunks
        pieces =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .random(SeededGenerator(seed: random.next()), maximum: 40)
            case 1: .random(SeededGenerator(seed: random.next()), maximum: 5_000)
            default: .whole
            }
        if random.chance(1, in: 10) { breaksAfter = Int.random(in: 0...body.count, using: &random) }
    }

    // MARK: - Bodies of usual size

    private init(seed: UInt64, using random: inout SeededGenerator) {
        var generator = StreamGenerator(seed: seed)
        let plain: [UInt8]
        (plain, limits) = generator.stream()
        let coding = TestCoding.allCases[Int.random(in: 0..<3, using: &random)]
        (body, sound) = Self.encode(plain, coding, using: &random)
        header = Self.name(of: coding, using: &random)

        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1, 2, 3: break
        case 4, 5, 6:
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                Damage.strike(&body, tokens: Self.tokens, using: &random)
            }
            // Deflated data without a wrapping has no checksum.
            if coding == .raw { sound = nil }
        case 7:
            body.removeSubrange(Int.random(in: 0...body.count, using: &random)...)
            if coding == .raw { sound = nil }
        case 8:
            body += Self.tails[Int.random(in: 0..<Self.tails.count, using: &random)]
        default:
            if random.chance(1, in: 3) { body = plain }
            header = Self.wrongNames[Int.random(in: 0..<Self.wrongNames.count, using: &random)]
            // Deflated data without a wrapping has no checksum, and without its label it is taken as it is.
            if coding == .raw { sound = nil }
        }
    }

    /// Compresses a stream; gzip in several members often, which together are the body (RFC 1952, section 2.2).
    /// - Returns: the body, and what whole members from its front come to. A body that is cut between two is a body of fewer.
    private static func encode(
        _ plain: [UInt8], _ coding: TestCoding, using random: inout SeededGenerator
    ) -> ([UInt8], [[UInt8]]) {
        var body: [UInt8] = []
        var sound: [[UInt8]] = [[]]
        let members = coding == .gzip && random.chance(1, in: 2) ? Int.random(in: 2...4, using: &random) : 1
        var start = 0
        for member in 1...members {
            let end = member == members ? plain.count : Int.random(in: start...plain.count, using: &random)
            let level = Int.random(in: 0...9, using: &random)
            body += compress(Array(plain[start..<end]), coding, level: level)
            sound.append(Array(plain[..<end]))
            start = end
        }
        return (body, sound)
    }

    private static func name(of coding: TestCoding, using random: inout SeededGenerator) -> String {
        let names =
            coding == .gzip ? ["gzip", "x-gzip", "GZIP", "identity, gzip"] : ["deflate", "Deflate", " deflate "]
        return names[Int.random(in: 0..<names.count, using: &random)]
    }

    // MARK: - Bombs

    /// Much that comes of little: nothing but space, nesting without end, one string without end, one user again and again.
    private init(bomb random: inout SeededGenerator) {
        let units = [
            "                ", "\0\0\0\0\0\0\0\0", "[[[[[[[[", #"{"a":"#, #"{"id":1,"userName":"aaaaaaaa"#,
            #"{"id":7,"userName":"ana","email":"a@example.com","createdAt":"2023-04-05T06:07:08Z","deleted":false}"#,
        ]
        let word = Array(units[Int.random(in: 0..<units.count, using: &random)].utf8)
        let unit = [UInt8]((0..<(64 << 10) / word.count).flatMap { _ in word })
        let repetitions = 64 << Int.random(in: 0...4, using: &random)
        let coding = TestCoding.allCases[Int.random(in: 0..<3, using: &random)]
        limits = LegacyStreamParser.Limits()
        body = compress(unit, coding, level: 1, repetitions: repetitions)
        header = Self.name(of: coding, using: &random)
        bombBytes = unit.count * repetitions
        if random.chance(1, in: 4) {
            breaksAfter = nil
            body.removeLast(Int.random(in: 1...min(8, body.count), using: &random))
            sound = []
        }
    }

    // MARK: - Words

    /// Pieces that mean something to a decompressor: heads, an empty member, block heads, end marks, runs.
    private static let tokens: [[UInt8]] = [
        [0x1F, 0x8B, 8], [0x1F, 0x8B, 8, 0xFF, 0, 0, 0, 0, 0, 3], [0x78, 0x9C], [0x78, 0x01], [0x78, 0xBB], [3, 0],
        [0, 0, 0, 0xFF, 0xFF], [1, 0, 0, 0xFF, 0xFF], [0, 0xFF, 0xFF, 0, 0], [6], [7], [0xFF], [0],
        [UInt8](repeating: 0, count: 40), [UInt8](repeating: 0xFF, count: 40),
        compress([], .gzip), compress([], .zlib), compress([], .raw),
    ]
    private static let tails: [[UInt8]] = [
        [0], [0x1F], [0x1F, 0x8B], [UInt8](repeating: 0, count: 512), Array("\r\n".utf8), Array("[{\"id\":1}]".utf8),
        compress([], .gzip), compress([], .zlib), Array(compress([], .gzip).dropLast()), [0xFF, 0xFF, 0xFF],
    ]
    private static let wrongNames: [String?] = [
        nil, "identity", "none", "UTF-8", "gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "deflate, gzip",
        "gzip;q=1", "*",
    ]
}

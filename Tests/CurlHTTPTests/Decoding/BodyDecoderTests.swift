import TestSupport
import Testing

@testable import CurlHTTP

@Suite("Content decoding")
struct BodyDecoderTests {
    let text = [UInt8]((0..<4000).map { "user\($0 &* 7919 % 1000);" }.joined())

    func decode(_ pieces: [[UInt8]], _ coding: ContentCoding) throws(ContentDecodingError) -> [UInt8] {
        var decoder = BodyDecoder(coding: coding)
        var result: [UInt8] = []
        for piece in pieces {
            decoder.supply(piece)
            while let bytes = try decoder.next() { result += bytes }
        }
        try decoder.finish()
        return result
    }

    func split(_ bytes: [UInt8], into size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    @Test(
        "any split of the bytes gives the same body", arguments: TestCoding.allCases, [1, 2, 3, 7, 64, 1000, 1 << 20])
    func splits(coding: TestCoding, size: Int) throws {
        let encoded = compress(text, coding)
        #expect(try decode(split(encoded, into: size), coding == .gzip ? .gzip : .deflate) == text)
    }

    @Test("a body cut anywhere is never whole", arguments: TestCoding.allCases)
    func cuts(coding: TestCoding) throws {
        let encoded = compress(text, coding)
        for length in 1..<encoded.count {
            #expect(throws: ContentDecodingError.cutShort) {
                try decode([Array(encoded[..<length])], coding == .gzip ? .gzip : .deflate)
            }
        }
    }

    @Test("no bytes at all are an empty body")
    func empty() throws {
        #expect(try decode([], .gzip) == [])
        #expect(try decode([[], []], .deflate) == [])
    }

    @Test("several gzip members are one body, and the last one must be whole too")
    func members() throws {
        let encoded = compress([UInt8]("one,"), .gzip) + compress([UInt8]("two"), .gzip)
        for size in [1, 5, 100] { #expect(try decode(split(encoded, into: size), .gzip) == [UInt8]("one,two")) }
        #expect(throws: ContentDecodingError.cutShort) { try decode([Array(encoded.dropLast())], .gzip) }
    }

    @Test("damage is found, also in the checksum, and so are bytes after the end")
    func damage() {
        let encoded = compress(text, .gzip)
        var flipped = encoded
        flipped[flipped.count - 6] ^= 1
        for bytes in [flipped, encoded + [UInt8]("garbage"), [UInt8]("this is not gzip")] {
            #expect { try decode([bytes], .gzip) } throws: {
                if case .damaged? = $0 as? ContentDecodingError { true } else { false }
            }
        }
        #expect { try decode([compress(text, .zlib) + [1, 2]], .deflate) } throws: {
            if case .damaged? = $0 as? ContentDecodingError { true } else { false }
        }
    }

    @Test("random bytes never crash and never pass for whole")
    func hostile() {
        var random = SplitMix(seed: 42)
        for _ in 0..<3000 {
            var bytes = (0..<Int.random(in: 1..<200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + bytes }
            #expect(throws: ContentDecodingError.self) { try decode(split(bytes, into: 9), .gzip) }
        }
    }

    @Test("a bomb comes out in bounded pieces")
    func bomb() throws {
        let bomb = compress([UInt8](repeating: 0, count: 1 << 20), .gzip, repetitions: 256)
        #expect(bomb.count < 300 << 10)
        var decoder = BodyDecoder(coding: .gzip)
        decoder.supply(bomb)
        var total = 0
        var largest = 0
        while let piece = try decoder.next() {
            largest = max(largest, piece.count)
            total += piece.count
        }
        try decoder.finish()
        #expect(largest <= BodyDecoder.maximumOutputBytes)
        #expect(total == 256 << 20)
    }

    @Test("the coding is read from the headers; one that was not asked for is refused")
    func headers() throws {
        #expect(try ContentCoding.coding(of: [:]) == nil)
        #expect(try ContentCoding.coding(of: ["Content-Encoding": "identity"]) == nil)
        #expect(try ContentCoding.coding(of: ["content-encoding": "X-GZIP"]) == .gzip)
        #expect(try ContentCoding.coding(of: ["Content-Encoding": " deflate"]) == .deflate)
        for value in ["br", "gzip, gzip", "gzip,deflate", "zstd"] {
            #expect(throws: ContentDecodingError.self) { try ContentCoding.coding(of: ["Content-Encoding": value]) }
        }
    }
}

/// A seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

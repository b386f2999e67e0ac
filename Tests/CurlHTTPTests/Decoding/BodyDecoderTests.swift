import TestSupport
import Testing

@testable import CurlHTTP

@Suite("Content decoding")
struct BodyDecoderTests {
    let text = [UInt8]((0..<4000).map { "user\($0 &* 7919 % 1000);" }.joined())

    func decode(_ pieces: [[UInt8]], _ coding: ContentCoding) throws(ContentDecodingError) -> [UInt8] {
        var decoder = BodyDecoder(label: coding)
        var result: [UInt8] = []
        for piece in pieces {
            decoder.supply(piece)
            while let bytes = try decoder.next() { result += bytes }
        }
        decoder.endInput()
        while let bytes = try decoder.next() { result += bytes }
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
            // What begins like text is taken for it.
            if bytes[0] >= 0x09, bytes[0] < 0x80 { bytes[0] |= 0x80 }
            if Bool.random(using: &random) { bytes = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + bytes }
            #expect(throws: ContentDecodingError.self) { try decode(split(bytes, into: 9), .gzip) }
        }
    }

    @Test("a bomb comes out in bounded pieces")
    func bomb() throws {
        let bomb = compress([UInt8](repeating: 0, count: 1 << 20), .gzip, repetitions: 256)
        #expect(bomb.count < 300 << 10)
        var decoder = BodyDecoder(label: .gzip)
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
        #expect(try ContentCoding.coding(of: [:]) == .identity)
        for value in ["identity", "UTF-8", "utf8", "none", "None", "", "identity, utf-8"] {
            #expect(try ContentCoding.coding(of: ["Content-Encoding": value]) == .identity, "\(value)")
        }
        #expect(try ContentCoding.coding(of: ["Content-Encoding": "identity, gzip"]) == .gzip)
        #expect(try ContentCoding.coding(of: ["content-encoding": "X-GZIP"]) == .gzip)
        #expect(try ContentCoding.coding(of: ["Content-Encoding": " deflate"]) == .deflate)
        for (value, name) in [
            ("br", "'br'"), ("gzip, gzip", "gzip, gzip"), ("gzip,deflate", "gzip, deflate"), ("zstd", "'zstd'"),
            ("x\u{1B}[31m", "'x??31m'"), ("ISO-8859-1", "'ISO-8859-1'"),
        ] {
            #expect {
                try ContentCoding.coding(of: ["Content-Encoding": value])
            } throws: {
                guard case .unsupported(let detail)? = $0 as? ContentDecodingError else { return false }
                return detail.contains(name)
            }
        }
    }

    @Test(
        "zero bytes and white space after a compressed body are filling, in any split; anything else there is damage",
        arguments: [1, 3, 4096])
    func filling(size: Int) throws {
        for (coding, label) in [(TestCoding.gzip, ContentCoding.gzip), (.zlib, .deflate), (.gzip, .identity)] {
            let encoded = compress(text, coding)
            for filling in [[UInt8](repeating: 0, count: 512), [UInt8]("\r\n"), [UInt8](" \0\t\n\0")] {
                #expect(try decode(split(encoded + filling, into: size), label) == text)
            }
            for tail in [[0, 0, 7], [UInt8]("[{}]"), [0xFF], [0x1F, 0x8C]] {
                #expect {
                    try decode(split(encoded + tail, into: size), label)
                } throws: {
                    if case .damaged? = $0 as? ContentDecodingError { true } else { false }
                }
            }
        }
        let members = compress([UInt8]("one,"), .gzip) + [0, 0] + compress([UInt8]("two"), .gzip) + [0]
        #expect(try decode(split(members, into: size), .gzip) == [UInt8]("one,two"))
        #expect(throws: ContentDecodingError.cutShort) {
            try decode(split(compress(text, .gzip) + [0, 0x1F], into: size), .gzip)
        }
    }

    @Test("the first bytes decide, whatever the label says", arguments: [ContentCoding.identity, .gzip, .deflate])
    func labels(label: ContentCoding) throws {
        let json = [UInt8](#"[{"id":1,"userName":"ana"}]"#)
        for size in [1, 2, 1000] {
            #expect(try decode(split(json, into: size), label) == json)
            #expect(try decode(split(compress(json, .gzip), into: size), label) == json)
            #expect(try decode(split(compress(json, .zlib), into: size), label) == json)
        }
        for short in ["[", "[]", "{}"] where label != .deflate {
            #expect(try decode([[UInt8](short)], label) == [UInt8](short))
        }
    }

    @Test("text with a mark or with space in front is text under any label of gzip")
    func textUnderLabel() throws {
        for text in ["\u{FEFF}[{}]", " \r\n [{}]", "<html></html>", "{\"é\":1}"] {
            #expect(try decode([[UInt8](text)], .gzip) == [UInt8](text))
        }
    }

    @Test("a compression without a label that is not read is refused by its name")
    func foreign() {
        for (magic, name) in [
            ([0x28, 0xB5, 0x2F, 0xFD, 1, 2] as [UInt8], "zstd"), ([UInt8]("BZh91AY"), "bzip2"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"), ([0x50, 0x4B, 3, 4, 20, 0], "zip"),
        ] {
            #expect {
                try decode([magic], .identity)
            } throws: {
                guard case .unsupported(let detail)? = $0 as? ContentDecodingError else { return false }
                return detail.contains(name)
            }
        }
    }

    @Test("a body that is not compressed is handed on in the chunks that it came in")
    func plainChunks() throws {
        var decoder = BodyDecoder(label: .identity)
        decoder.supply([UInt8]("[1,"))
        #expect(try decoder.next() == nil)
        decoder.supply([UInt8]("2]"))
        #expect(try decoder.next() == [UInt8]("[1,2]"))
        decoder.supply([UInt8]("x"))
        #expect(try decoder.next() == [UInt8]("x"))
        #expect(try decoder.next() == nil)
        decoder.endInput()
        try decoder.finish()
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

import SyncCore
import Testing

/// Time and memory stay bounded whatever comes: shown by counting the bytes looked at, not by a clock.
@Suite("Legacy stream: bounded work")
struct LegacyStreamBoundsTests {
    private struct Tally: LegacyStreamSink {
        mutating func receive(_ user: UserRecord) {}
        mutating func receive(_ reject: Reject) {}
    }

    /// Ten megabytes; less where nothing is optimized, but still twice the largest object.
    #if DEBUG
        private static let streamBytes = 1 << 17
    #else
        private static let streamBytes = 10 << 20
    #endif

    /// Returns how often a byte of the stream is looked at, on average.
    private static func workPerByte(_ unit: [UInt8], bytes total: Int, chunk: Int) -> Double {
        var parser = LegacyStreamParser()
        var sink = Tally()
        var piece: [UInt8] = []
        while piece.count < chunk + unit.count { piece += unit }
        var fed = 0
        while fed < total {
            let from = fed % unit.count
            piece[from..<from + chunk].withUnsafeBytes { parser.consume($0, into: &sink) }
            fed += chunk
        }
        parser.finish(into: &sink)
        return Double(parser.bytesExamined) / Double(fed)
    }

    /// Units that make as many attempts as possible survive as long as possible.
    private static let hostile: [(name: String, unit: [UInt8])] = {
        func key(_ length: Int) -> String { String(repeating: "k", count: length) }
        return [
            ("open braces", Array("{".utf8)),
            ("open braces and whitespace", Array(("{" + String(repeating: " ", count: 4000)).utf8)),
            ("unterminated strings", Array("{\"".utf8)),
            ("a 64 KiB string at each brace", Array(("{\"" + String(repeating: "a{", count: 30_000)).utf8)),
            ("nested objects with long keys", Array("{\"\(key(2000))\":".utf8)),
            ("nested objects with short keys", Array("{\"\":".utf8)),
            ("both quote phases alive", Array("{\"\(key(500)),\":\"".utf8)),
            ("both quote phases nested", Array("{\",\":\"{\"\(key(900))\":1,\"b\":\"".utf8)),
            ("escaped quotes", Array("{\"\\\"".utf8)), ("objects that are no users", Array("{}".utf8)),
            ("arrays without end", Array(("{\"a\":[" + String(repeating: "1,", count: 5000)).utf8)),
        ]
    }()

    @Test("no byte is looked at more than 65 times when chunks are large", arguments: hostile.indices)
    func largeChunks(index: Int) {
        let work = Self.workPerByte(Self.hostile[index].unit, bytes: Self.streamBytes, chunk: 1 << 17)
        // The chunk borders add a little: what crosses them is read twice.
        #expect(work <= 65 * 1.2, "\(Self.hostile[index].name)")
    }

    @Test("nor more than three times as often when chunks are small", arguments: hostile.indices, [1, 4_096])
    func smallChunks(index: Int, chunk: Int) {
        let work = Self.workPerByte(Self.hostile[index].unit, bytes: min(Self.streamBytes, 1 << 20), chunk: chunk)
        #expect(work <= 65 * 3, "\(Self.hostile[index].name)")
    }

    @Test("the hostile streams do make the parser work")
    func hostileEnough() {
        #expect(Self.workPerByte(Array("{\"\":".utf8), bytes: 1 << 16, chunk: 1 << 16) > 30)
    }

    @Test("sound users are looked at once, and once more where a chunk ends inside one")
    func soundStream() {
        let record = Array(
            #"{"id":7,"userName":"ana","email":"a@x","createdAt":"2023-04-05T06:07:08.009Z","deleted":false},"#.utf8)
        #expect(Self.workPerByte(record, bytes: 1 << 20, chunk: 16_384) <= 1.02)
        #expect(Self.workPerByte(record, bytes: 1 << 20, chunk: 1) <= 3)
    }
}

package import SyncCore
package import TestSupport

/// What a reader of the stream found, as a value that can be kept and compared.
package enum StreamFinding: Equatable, Sendable {
    case user(offset: Int64, id: Int64, userName: [UInt8], email: [UInt8], createdAt: Int64, deleted: Bool)
    case reject(Reject)

    package var reject: Reject? {
        if case .reject(let reject) = self { reject } else { nil }
    }

    package var userID: Int64? {
        if case .user(_, let id, _, _, _, _) = self { id } else { nil }
    }
}

/// All that a reader says about one stream.
package struct StreamReading: Equatable, Sendable {
    package var findings: [StreamFinding] = []
    package var damagedBytes: Int64 = 0
    /// Whether the body is unfinished JSON.
    package var isCut = false

    package var userIDs: [Int64] { findings.compactMap(\.userID) }
    package var rejects: [Reject] { findings.compactMap(\.reject) }
    package var reasons: [Reject.Reason] { rejects.map(\.reason) }
}

/// Keeps copies of what a parser hands over; noncopyable, as a sink that owns a batcher is.
package struct CollectingSink: LegacyStreamSink, ~Copyable {
    package var findings: [StreamFinding] = []

    package init() {}

    package mutating func receive(_ user: UserRecord) {
        findings.append(
            .user(
                offset: user.offset, id: user.legacyID, userName: Array(user.userName), email: Array(user.email),
                createdAt: user.createdAt, deleted: user.deleted))
    }

    package mutating func receive(_ reject: Reject) {
        findings.append(.reject(reject))
    }
}

/// How a stream is cut into chunks.
package enum Chunking: Sendable {
    case whole
    case everyByte
    case bytes(Int)
    case random(SeededGenerator, maximum: Int)

    mutating func next(of rest: Int) -> Int {
        switch self {
        case .whole: return rest
        case .everyByte: return 1
        case .bytes(let count): return min(count, rest)
        case .random(var generator, let maximum):
            // An empty chunk is a chunk too.
            let count = Int.random(in: 0...maximum, using: &generator)
            self = .random(generator, maximum: maximum)
            return min(count, rest)
        }
    }
}

/// Reads a stream with the parser, each chunk in memory of its own that is gone before the next one comes.
/// - Parameter profile: told what the stream was made of.
package func parse(
    _ bytes: [UInt8], chunking: Chunking = .whole, limits: LegacyStreamParser.Limits = .init(),
    extraFields: ExtraFields = .none, profile: (SourceProfile) -> Void = { _ in }
) -> StreamReading {
    var chunking = chunking
    var parser = LegacyStreamParser(limits: limits, extraFields: extraFields)
    var sink = CollectingSink()
    var position = 0
    while position < bytes.count {
        let count = chunking.next(of: bytes.count - position)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        chunk.copyBytes(from: bytes[position..<position + count])
        parser.consume(UnsafeRawBufferPointer(chunk), into: &sink)
        chunk.deallocate()
        position += count
    }
    parser.finish(into: &sink)
    precondition(parser.bytesConsumed == Int64(bytes.count))
    precondition(parser.users + parser.rejects == sink.findings.count)
    profile(parser.profile)
    return StreamReading(findings: sink.findings, damagedBytes: parser.damagedBytes, isCut: parser.isCut)
}

package func parse(_ text: String, chunking: Chunking = .whole, limits: LegacyStreamParser.Limits = .init())
    -> StreamReading
{
    parse(Array(text.utf8), chunking: chunking, limits: limits)
}

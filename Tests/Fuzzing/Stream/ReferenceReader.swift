package import SyncCore

/// The stream's rule written as plainly as it can be: whole input in memory, a tree for every object, no speed.
///
/// First the bytes are cut into pieces, then runs of damage and the end of the body are judged by looking at the pieces around.
/// It shares nothing with the parser but the rendering of excerpts, so that one mistake is not made twice.
package struct ReferenceReader {
    let bytes: [UInt8]
    let limits: LegacyStreamParser.Limits

    package init(bytes: [UInt8], limits: LegacyStreamParser.Limits = .init()) {
        self.bytes = bytes
        self.limits = limits
    }

    package func read() -> StreamReading {
        let pieces = pieces()
        let account = ReferenceAccount(pieces: pieces, bytes: bytes, limits: limits)
        return StreamReading(
            findings: account.findings, damagedBytes: Int64(pieces.count { $0.isDamage }), isCut: account.isCut)
    }

    /// Cuts the bytes into pieces, in their order: every byte is in exactly one.
    func pieces() -> [ReferencePiece] {
        var pieces: [ReferencePiece] = []
        var position = 0
        while position < bytes.count {
            let start = position
            position += 1
            switch bytes[start] {
            case UInt8(ascii: "["): pieces.append(ReferencePiece(.opening, start..<position))
            case UInt8(ascii: "]"): pieces.append(ReferencePiece(.closing, start..<position))
            case _ where " \t\r\n,\u{FEFF}".utf8.contains(bytes[start]):
                pieces.append(ReferencePiece(.separator, start..<position))
            case UInt8(ascii: "{"):
                pieces.append(object(at: start))
                position = pieces[pieces.count - 1].range.upperBound
            default: pieces.append(ReferencePiece(.damage(.invalidJSON, doubtfulUntil: start), start..<position))
            }
        }
        return pieces
    }

    private func object(at start: Int) -> ReferencePiece {
        let end = min(bytes.count, start + limits.maximumObjectBytes)
        var json = ReferenceJSON(bytes: bytes, position: start, end: end, maximumDepth: limits.maximumDepth)
        do {
            let object = try json.value(depth: 0)
            switch ReferenceUser.make(from: object) {
            case .success(let user): return ReferencePiece(.user(user), start..<json.position)
            case .failure(let refusal): return ReferencePiece(.refused(refusal), start..<json.position)
            }
        } catch {
            let (reason, doubtfulUntil): (Reject.Reason, Int) =
                switch error {
                case .invalid: (.invalidJSON, json.position)
                case .tooDeep: (.tooDeep, json.position)
                case .outOfBytes where end - start == limits.maximumObjectBytes: (.tooLarge, end)
                case .outOfBytes: (.truncated, start)
                }
            return ReferencePiece(.damage(reason, doubtfulUntil: doubtfulUntil), start..<start + 1)
        }
    }
}

import SyncCore

/// A stretch of the stream, as the reference reader cuts it.
struct ReferencePiece {
    enum Kind {
        case separator
        /// `[` outside objects.
        case opening
        /// `]` outside objects.
        case closing
        case user(ReferenceUser)
        case refused(ReferenceUser.Refusal)
        /// One byte that is none of these. With a `{`, brackets up to where it turned out to begin no object are doubtful.
        case damage(Reject.Reason, doubtfulUntil: Int)
    }

    let kind: Kind
    let range: Range<Int>

    init(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        self.range = range
    }

    var isSeparator: Bool { if case .separator = kind { true } else { false } }
    var isOpening: Bool { if case .opening = kind { true } else { false } }
    var isClosing: Bool { if case .closing = kind { true } else { false } }
    var isUser: Bool { if case .user = kind { true } else { false } }
    var isRefused: Bool { if case .refused = kind { true } else { false } }
    var isObject: Bool { isUser || isRefused }
    var isDamage: Bool { if case .damage = kind { true } else { false } }
    var isTruncated: Bool { if case .damage(.truncated, _) = kind { true } else { false } }
}

/// What the pieces of a stream come to: one pass over them, which looks ahead where the parser has to wait.
struct ReferenceAccount {
    private let pieces: [ReferencePiece]
    private let bytes: [UInt8]
    private let limits: LegacyStreamParser.Limits
    /// For each piece, the next one that is neither a separator nor a `]`.
    private var following: [ReferencePiece?]

    private(set) var findings: [StreamFinding] = []
    private(set) var isCut = false

    /// Whether the body begins with a `[`, but for separators, or its first user stands in an array.
    private var isBracketed: Bool
    /// Before the first user: arrays that are open.
    private var openBeforeUsers: Int? = 0
    private var isOpen = false
    /// Behind an array: whether nothing but separators has come since.
    private var isFreshGap = false
    /// The pieces of the run of damage under way, brackets and separators between them included.
    private var run: [ReferencePiece] = []
    private var runIsFragment = false

    init(pieces: [ReferencePiece], bytes: [UInt8], limits: LegacyStreamParser.Limits) {
        self.pieces = pieces
        self.bytes = bytes
        self.limits = limits
        isBracketed = pieces.first { !$0.isSeparator && !$0.isClosing }?.isOpening ?? false
        following = Array(repeating: nil, count: pieces.count)
        var next: ReferencePiece?
        for index in pieces.indices.reversed() {
            following[index] = next
            if !pieces[index].isSeparator, !pieces[index].isClosing { next = pieces[index] }
        }
        judge()
    }

    private mutating func judge() {
        var doubtfulUntil = 0
        var isCutInArray = false
        var isCutInPlainObject = false
        for (index, piece) in pieces.enumerated() {
            let start = piece.range.lowerBound
            countBeforeUsers(piece, isDoubtful: start < doubtfulUntil)
            switch piece.kind {
            case .separator:
                if !run.isEmpty { run.append(piece) }
            case .user(let user):
                runIsFragment = false
                endRun(before: start)
                findings.append(
                    .user(
                        offset: Int64(start), id: user.id, userName: user.userName, email: user.email,
                        createdAt: user.createdAt, deleted: user.deleted))
                (isOpen, isFreshGap, doubtfulUntil) = (isBracketed, false, 0)
                isCutInPlainObject = false
            case .refused(let refusal):
                runIsFragment = false
                endRun(before: start)
                refuse(refusal, piece, next: pieces[(index + 1)...].first { !$0.isSeparator })
                isFreshGap = false
            case .damage(let reason, let end):
                if run.isEmpty {
                    runIsFragment = isFreshGap
                    isFreshGap = false
                }
                run.append(piece)
                if resemblesRecord(run) { runIsFragment = false }
                doubtfulUntil = max(doubtfulUntil, end)
                if reason == .truncated {
                    isCutInArray = isCutInArray || isOpen || (openBeforeUsers ?? 0) > 0
                    isCutInPlainObject = true
                }
            case .opening:
                if runIsFragment { endRun(before: start) }
                if !run.isEmpty { run.append(piece) }
                (isOpen, isFreshGap) = (isBracketed, false)
            case .closing:
                runIsFragment = false
                let isInDamage = following[index].map { $0.isDamage || $0.isOpening } ?? false
                if start < doubtfulUntil || (!run.isEmpty && isInDamage) {
                    if !run.isEmpty { run.append(piece) }
                } else {
                    // The excerpt shows the bracket: it is cut where the next object begins.
                    endRun(before: following[index]?.range.lowerBound ?? bytes.count)
                    (isOpen, isFreshGap) = (false, isBracketed)
                }
            }
        }
        if let last = run.last(where: \.isDamage), bytes[last.range.lowerBound] != UInt8(ascii: "}") {
            runIsFragment = false
        }
        endRun(before: bytes.count)
        isCut = isBracketed ? isOpen || isCutInArray : isCutInPlainObject
    }

    private mutating func countBeforeUsers(_ piece: ReferencePiece, isDoubtful: Bool) {
        guard let open = openBeforeUsers else { return }
        switch piece.kind {
        case .opening where !isDoubtful || open > 0: openBeforeUsers = open + 1
        case .closing where !isDoubtful && !hidesRecord(run): openBeforeUsers = max(0, open - 1)
        case .user:
            isBracketed = isBracketed || open > 0
            openBeforeUsers = nil
        default: break
        }
    }

    private func resemblesRecord(_ run: [ReferencePiece]) -> Bool {
        // What came before has been looked at.
        let damaged = run.suffix(64).filter(\.isDamage).suffix(8).map { bytes[$0.range.lowerBound] }
        return damaged.last == UInt8(ascii: "\"") || damaged == Array("userName".utf8)
    }

    private func hidesRecord(_ run: [ReferencePiece]) -> Bool {
        let damaged = run.filter(\.isDamage).map { bytes[$0.range.lowerBound] }
        return damaged.contains(UInt8(ascii: "\"")) || damaged.contains(Array("userName".utf8))
    }

    private mutating func endRun(before end: Int) {
        guard let first = run.first, case .damage(let reason, _) = first.kind else { return }
        let offset = first.range.lowerBound
        var excerpt = Array(bytes[offset..<min(end, offset + limits.excerptBytes)])
        let isFull = excerpt.count == limits.excerptBytes
        while let last = excerpt.last, " \t\r\n,[".utf8.contains(last) { excerpt.removeLast() }
        findings.append(
            .reject(
                Reject(
                    offset: Int64(offset), reason: reason, excerpt: Excerpt.printable(excerpt, isCut: isFull),
                    isBetweenArrays: runIsFragment,
                    resemblesRecord: hidesRecord(run))))
        run = []
        runIsFragment = false
    }

    private mutating func refuse(_ refusal: ReferenceUser.Refusal, _ piece: ReferencePiece, next: ReferencePiece?) {
        let object = bytes[piece.range]
        let shown = object.prefix(limits.excerptBytes)
        let resemblesRecord = object.contains(UInt8(ascii: "\""))
        findings.append(
            .reject(
                Reject(
                    offset: Int64(piece.range.lowerBound), reason: refusal.reason,
                    excerpt: Excerpt.printable(shown, isCut: shown.count < object.count), userName: refusal.userName,
                    isBetweenArrays: !resemblesRecord && isFreshGap && next?.isOpening ?? true,
                    resemblesRecord: resemblesRecord)))
    }
}

/// Finds the users in the legacy API's stream, whatever is broken around them.
///
/// The rule, so that two readers of the same bytes agree: scan for `{`; try to read one JSON object from it
/// (RFC 8259, UTF-8, at most 64 KiB, containers at most 32 deep). A valid object with the five fields well typed is a
/// user, unless one of the ``ExtraFields`` has a value of another type. A valid object that is no user makes one reject and is skipped whole. What is no valid object is damage,
/// and scanning goes on just after that `{`, so that a whole object further on, or inside, is still found.
///
/// Every byte is part of an object, a separator, or damage. Brackets, commas, whitespace and the bytes of byte order marks are
/// separators. So arrays glued together, one giant array, newline-delimited and comma-separated objects all read the same.
/// Damage makes one reject for each run: up to the next whole object, or, for a fragment between two arrays that looks like no
/// record, up to the second one. What a reject says about users is in ``Reject/mayHideUser``, and whether the body ends
/// where its JSON ends in `StreamBrackets`.
///
/// How the stream is cut into chunks changes nothing but when a user is handed over. Memory is fixed: one
/// buffer for an object that crosses a chunk border and one for decoded escapes, each of the size an object may have, and the
/// counts of `RecordCounts`.
/// Time is linear in the stream's length, also for hostile bytes: see `bytesExamined`.
package struct LegacyStreamParser: ~Copyable {
    /// What the parser accepts at most.
    package struct Limits: Sendable {
        /// Bytes of one object, from `{` to `}`.
        package let maximumObjectBytes: Int
        /// Containers open at once, the object itself among them; at most 64.
        package let maximumDepth: Int
        /// Bytes of the stream that a reject's excerpt shows.
        package let excerptBytes: Int

        package init(maximumObjectBytes: Int = 64 * 1024, maximumDepth: Int = 32, excerptBytes: Int = 160) {
            precondition(maximumObjectBytes >= 2 && (1...64).contains(maximumDepth) && excerptBytes >= 1)
            self.maximumObjectBytes = maximumObjectBytes
            self.maximumDepth = maximumDepth
            self.excerptBytes = excerptBytes
        }
    }

    /// Why the core stopped; rejects that come before are in `dueRejects`.
    @usableFromInline
    enum Event {
        /// A user was found.
        case user(UserRecord)
        /// A reject is due, and there is more to read.
        case reject
        /// The chunk is used up, or the stream.
        case needsInput
    }

    let limits: Limits
    let reader: ObjectReader

    /// Bytes taken so far.
    package internal(set) var bytesConsumed: Int64 = 0
    /// Users handed over so far.
    package internal(set) var users = 0
    /// Rejects handed over so far.
    package internal(set) var rejects = 0
    /// Whole objects so far that are no users, rejects among them included.
    package internal(set) var objectsRefused = 0
    /// Bytes so far that belong to no whole object and are no separators. Each lies in a run that a reject stands for.
    package internal(set) var damagedBytes: Int64 = 0
    /// Bytes looked at by attempts to read an object, one byte as often as it was looked at.
    ///
    /// At most 65 attempts can be alive at one byte (with a depth limit of 32). An attempt gets past its own `{` only
    /// by a quote. Of two attempts alive at one byte, either both are inside a string there, or both outside, and then
    /// the later one's object is nested in the earlier one's; or they are opposite, the quote that opened a string
    /// for one having closed it for the other. So there are two such families, each as large as the depth limit,
    /// and one attempt may still be in the whitespace after its `{`. Objects carried over chunk borders are read
    /// anew when their bytes have doubled, which adds a factor of three at most. Not counted: the one look that finds
    /// the next `{`, and, for carried objects, the copy and the search for their end.
    package internal(set) var bytesExamined: Int64 = 0
    /// What the whole objects so far are made of.
    var counts: RecordCounts

    /// The chunk being parsed; empty between calls.
    var chunk = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// Bytes of the chunk that are done with, or are in `carry`.
    var chunkPosition = 0
    /// Whether the stream has ended.
    var isAtEnd = false

    /// The object that crosses a chunk border, as far as it has come: room for the largest object.
    let carry: UnsafeMutablePointer<UInt8>
    /// The bytes in `carry` not yet done with.
    var carried = 0..<0
    /// Whether `carry` holds, from its first byte on, an object that needs more bytes.
    var isObjectOpen = false
    /// How much of the open object had come when it was last tried.
    var attemptedBytes = 0
    /// Where the open object could end.
    var boundary = ObjectBoundary()

    /// The run of damage that the bytes so far end with; its reject is handed over when it has ended.
    var damage: DamageRun?
    /// What the brackets outside objects say.
    var brackets = StreamBrackets()
    /// Rejects to deliver before the next user: a few at most.
    @usableFromInline var dueRejects: [Reject] = []

    /// - Parameters:
    ///   - extraFields: what is read of a user beyond the five fields.
    ///   - versionUnit: `createdAt` is cut to a multiple of so many microseconds, at least 1.
    package init(limits: Limits = .init(), extraFields: ExtraFields = .none, versionUnit: Int64 = 1) {
        self.limits = limits
        carry = .allocate(capacity: limits.maximumObjectBytes)
        reader = ObjectReader(
            maximumDepth: limits.maximumDepth, scratch: .allocate(capacity: limits.maximumObjectBytes),
            extras: extraFields.isEmpty ? nil : ExtraFieldReader(extraFields), versionUnit: max(1, versionUnit))
        counts = RecordCounts(names: reader.countedNames)
    }

    deinit {
        carry.deallocate()
        reader.scratch.deallocate()
    }

    /// Takes the next bytes of the decoded body and hands over what they complete, in the order of the stream.
    ///
    /// Chunks may end anywhere, also inside a UTF-8 sequence. `bytes` is not kept beyond the call.
    @inlinable
    package mutating func consume<Sink: LegacyStreamSink & ~Copyable>(
        _ bytes: UnsafeRawBufferPointer, into sink: inout Sink
    ) {
        begin(bytes)
        deliver(to: &sink)
        end()
    }

    /// Hands over what the end of the stream decides: an object still open is damage, objects inside it are not.
    ///
    /// Nothing may be consumed afterwards.
    @inlinable
    package mutating func finish<Sink: LegacyStreamSink & ~Copyable>(into sink: inout Sink) {
        beginEnd()
        deliver(to: &sink)
    }

    /// Whether the body that has ended is unfinished JSON, although its transfer may be complete. To be asked after `finish`.
    package var isCut: Bool { brackets.isOpen }

    /// Hands over the damage that the bytes so far end with, when they decide its reject: for a stream that breaks off.
    ///
    /// Nothing may be consumed afterwards.
    @inlinable
    package mutating func abandon<Sink: LegacyStreamSink & ~Copyable>(into sink: inout Sink) {
        beginAbandoning()
        deliverRejects(to: &sink)
    }

    /// The thin generic part, specialized for the caller's sink; everything else is compiled once, here.
    @inlinable
    mutating func deliver<Sink: LegacyStreamSink & ~Copyable>(to sink: inout Sink) {
        while true {
            let event = next()
            if !dueRejects.isEmpty { deliverRejects(to: &sink) }
            switch event {
            case .user(let user): sink.receive(user)
            case .reject: continue
            case .needsInput: return
            }
        }
    }

    @inlinable
    @inline(never)
    mutating func deliverRejects<Sink: LegacyStreamSink & ~Copyable>(to sink: inout Sink) {
        for reject in dueRejects { sink.receive(reject) }
        dueRejects.removeAll(keepingCapacity: true)
    }
}

// The parser alone owns its two buffers, and a chunk is borrowed only while `consume` runs.
extension LegacyStreamParser: @unchecked Sendable {}

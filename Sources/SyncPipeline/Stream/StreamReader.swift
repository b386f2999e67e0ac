import Logging
import SyncCore

/// Reads the stream from its first byte to its last, and again when an attempt fails.
struct StreamReader: Sendable {
    let source: any StreamSource
    /// How often, and when again.
    let attempts: StreamAttempts
    /// Time without a whole record after which the stream counts as broken.
    let idleTimeout: Duration
    /// What is read of a user beyond the five fields.
    var extraFields = ExtraFields.none
    /// `createdAt` is cut to a multiple of so many microseconds.
    var versionUnit: Int64 = 1
    let clock: PipelineClock
    let logger: Logger

    /// A body without a user that is longer is no empty list and no message: it takes long to read, and reading it again brings the same.
    private static let largestEmptyBody: Int64 = 256 << 10

    /// Reads until the stream was complete once, as often as is allowed.
    /// - Parameter minimum: how many records must come. When it finds a shortage, the stream was complete all the same, and the
    ///   consumer has all of it.
    /// - Throws: `SyncFailure` when the stream cannot be read, `CancellationError`, or what the consumer throws.
    func read<Consumer: StreamConsumer & ~Copyable>(
        into consumer: inout Consumer, atLeast minimum: inout RecordMinimum
    ) async throws {
        var attempts = attempts
        while true {
            do {
                return try await readOnce(into: &consumer, atLeast: &minimum)
            } catch let failure as StreamFailure {
                switch attempts.decide(after: failure, random: clock.random()) {
                case .end(let ending):
                    throw SyncFailure(ending, failure)
                case .retry(let pause):
                    var metadata: Logger.Metadata = [
                        "attempt": .stringConvertible(attempts.failed), "pause": "\(pause)", "error": "\(failure)",
                    ]
                    if case .status(let code) = failure.kind { metadata["http_status"] = .stringConvertible(code) }
                    logger.warning("the stream failed, opening it again", metadata: metadata)
                    try await clock.sleep(pause)
                }
            }
        }
    }

    private func readOnce<Consumer: StreamConsumer & ~Copyable>(
        into consumer: inout Consumer, atLeast minimum: inout RecordMinimum
    ) async throws {
        try await consumer.beginAttempt()
        let stream = try await source.open()
        try await consumer.streamOpened()
        let opened = clock.now()
        var parser = LegacyStreamParser(extraFields: extraFields, versionUnit: versionUnit)
        do {
            try await parse(stream, with: &parser, into: &consumer)
            try check(parser, users: consumer.users, atLeast: &minimum)
        } catch let failure as StreamFailure {
            parser.abandon(into: &consumer)
            try await consumer.attemptFailed()
            throw failure
        }
        var profile = parser.profile
        profile.milliseconds = Int((clock.now() - opened) / .milliseconds(1))
        try await consumer.complete(profile)
        logger.info(
            "stream complete",
            metadata: [
                "users": .stringConvertible(parser.users), "rejects": .stringConvertible(parser.rejects),
                "bytes": .stringConvertible(parser.bytesConsumed),
            ])
    }

    /// Reads to the end of the transfer.
    private func parse<Consumer: StreamConsumer & ~Copyable>(
        _ stream: OpenStream, with parser: inout LegacyStreamParser, into consumer: inout Consumer
    ) async throws {
        var pause = RecordPause(limit: idleTimeout)
        var chunks = stream.chunks.makeAsyncIterator()
        while true {
            let asked = clock.now()
            guard let chunk = try await chunks.next(isolation: nil) else { break }
            let waited = clock.now() - asked
            chunk.withUnsafeBytes { parser.consume($0, into: &consumer) }
            if pause.isTooLong(afterWaiting: waited, records: parser.users + parser.objectsRefused) {
                throw StreamFailure(
                    kind: .stalled,
                    description:
                        "bytes came, and no whole record for \(idleTimeout) (\(parser.bytesConsumed) bytes in all)")
            }
            try await consumer.passOn(streamBytes: parser.bytesConsumed)
        }
        parser.finish(into: &consumer)
    }

    /// Judges a body whose transfer was complete.
    private func check(
        _ parser: borrowing LegacyStreamParser, users: Int, atLeast minimum: inout RecordMinimum
    ) throws(StreamFailure) {
        let bytes = parser.bytesConsumed
        if parser.isCut {
            throw StreamFailure(
                kind: .cut(bytes: bytes),
                description: "the transfer was complete, but its JSON ends unfinished after \(bytes) bytes")
        }
        switch minimum.judge(users) {
        case .tooFew: return
        case .readAgain:
            throw StreamFailure(
                kind: .tooFewRecords,
                description: minimum.shortage(of: users).map { "\($0)" } ?? "too few records")
        case .enough:
            guard users > 0 else {
                throw StreamFailure(
                    kind: bytes > Self.largestEmptyBody ? .foreign(bytes: bytes) : .empty,
                    description: "the stream was complete but held no user (\(bytes) bytes)")
            }
        }
    }
}

extension SyncFailure {
    /// Why the stream is not opened again, for the SyncLog.
    fileprivate init(_ ending: StreamAttempts.Ending, _ failure: StreamFailure) {
        switch ending {
        case .isFinal:
            self.init("the legacy stream cannot be read: \(failure)")
        case .exhausted(let attempts):
            self.init("the legacy stream failed \(attempts) times, the last time: \(failure)")
        case .cutAtSameByte(let bytes):
            self.init(
                "the source itself is broken: twice the transfer was complete, and twice its JSON ended unfinished after "
                    + "\(bytes) bytes; the source must be mended, then run again")
        case .foreignTwice(let bytes):
            self.init(
                "the source sends something else: twice the stream was complete, and none of its \(bytes) bytes was a user; "
                    + "see its beginning with 'orchestrator rejects', and check LEGACY_API_URL and the format of the source"
            )
        case .askedToWait(let wait):
            self.init(
                "the legacy API asks for a pause of \(wait), longer than a sync waits: run again after it (\(failure))")
        }
    }
}

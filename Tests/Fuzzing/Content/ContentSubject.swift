import CurlHTTP
import SyncCore
import TestSupport

/// Compressed bodies, from the socket through the client's decoding into the parser, as the orchestrator reads the legacy stream: what
/// comes to its end is what decoding the whole at once gives, and nothing else comes to its end.
package struct ContentSubject: FuzzSubject {
    package static let name = "content"
    package static let leastPercent = (accepted: 25, refused: 25)

    /// The most that a body may hand over at once, however far it expands.
    private static let longestChunk = 256 << 10

    package init() {}

    package func run(seed: UInt64) async -> FuzzOutcome {
        let answer = ContentCase(seed: seed)
        var outcome = FuzzOutcome(bytes: answer.body.count)
        do {
            let exchange = try await ContentExchange.shared.value()
            let reading =
                if answer.bombBytes == nil {
                    await read(answer, from: exchange, into: CollectingSink())
                } else {
                    await read(answer, from: exchange, into: CountingSink())
                }
            outcome.accepted = reading.error == nil ? 1 : 0
            outcome.refused = 1 - outcome.accepted
            outcome.problem = problem(with: reading, of: answer)
        } catch {
            outcome.problem = "the exchange does not start: \(error)"
        }
        return outcome
    }

    /// What came of one body.
    private struct Reading {
        /// Bytes that the parser was given.
        var bytes = 0
        var longestChunk = 0
        /// What the parser found; empty for a bomb.
        var stream = StreamReading()
        /// Why the body did not come to its end; nil: it did.
        var error: HTTPClientError?
    }

    private func read(
        _ answer: ContentCase, from exchange: ContentExchange, into sink: consuming some FuzzSink & ~Copyable
    ) async -> Reading {
        var reading = Reading()
        var parser = LegacyStreamParser(limits: answer.limits)
        do {
            for try await chunk in try await exchange.open(answer).body {
                reading.longestChunk = max(reading.longestChunk, chunk.count)
                chunk.withUnsafeBytes { parser.consume($0, into: &sink) }
            }
            parser.finish(into: &sink)
        } catch {
            reading.error = error
        }
        reading.bytes = Int(parser.bytesConsumed)
        reading.stream = StreamReading(findings: sink.findings, damagedBytes: parser.damagedBytes, isCut: parser.isCut)
        return reading
    }

    private func problem(with reading: Reading, of answer: ContentCase) -> String? {
        if reading.longestChunk > Self.longestChunk { return "a piece of \(reading.longestChunk) bytes" }
        let refusals: Set<HTTPClientError.Code> = [.truncated, .decoding, .unsupportedCoding]
        if let error = reading.error, !refusals.contains(error.code) { return "\(error)" }
        if let bytes = answer.bombBytes {
            let isWhole = answer.sound == nil && answer.breaksAfter == nil
            guard isWhole != (reading.error == nil) || isWhole && reading.bytes != bytes else { return nil }
            return
                "a bomb of \(bytes) bytes, \(isWhole ? "whole" : "cut"): \(reading.bytes) bytes, \(text(reading.error))"
        }
        let decoded =
            answer.breaksAfter == nil ? ReferenceDecoder.decode(answer.body, header: answer.header) : nil
        guard let decoded else {
            return reading.error == nil ? "a damaged body came to its end: \(name(answer))" : nil
        }
        if let sound = answer.sound, !sound.contains(decoded) {
            return "a checksum let damage pass: \(name(answer))"
        }
        if let error = reading.error { return "a sound body did not come to its end: \(error): \(name(answer))" }
        let expected = ReferenceReader(bytes: decoded, limits: answer.limits).read()
        return reading.stream == expected ? nil : "parser: \(reading.stream)\nreference: \(expected)\n\(name(answer))"
    }

    private func name(_ answer: ContentCase) -> String {
        "\(answer.body.count) bytes as \(answer.header ?? "they are"), \(answer.framing), \(answer.limits)"
    }

    private func text(_ error: HTTPClientError?) -> String { error.map { "\($0)" } ?? "to its end" }
}

/// A sink that says what it was given.
private protocol FuzzSink: LegacyStreamSink, ~Copyable {
    var findings: [StreamFinding] { get }
}

extension CollectingSink: FuzzSink {}

/// Forgets what it is given, as a bomb's users would fill the memory of the test itself.
private struct CountingSink: FuzzSink, ~Copyable {
    var findings: [StreamFinding] { [] }

    mutating func receive(_ user: UserRecord) {}
    mutating func receive(_ reject: Reject) {}
}

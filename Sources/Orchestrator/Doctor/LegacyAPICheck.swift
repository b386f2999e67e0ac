import SyncCore
import SyncPipeline

/// Opens the legacy stream, looks at its first bytes and closes it.
struct LegacyAPICheck: Sendable {
    let api: any StreamSource

    /// The API fails at random; a try costs it little.
    private static let tries = 3

    /// What was seen at the first bytes.
    enum Sight: Sendable, Equatable {
        case stream(contentType: String?, firstBytes: [UInt8])
        case failed(StreamFailure)
    }

    /// - Returns: what the last try saw, and the failures of those before it.
    /// - Throws: `CancellationError`.
    func look() async throws -> (sight: Sight, failures: [StreamFailure]) {
        var failures: [StreamFailure] = []
        while true {
            do {
                let stream = try await api.open()
                var chunks = stream.chunks.makeAsyncIterator()
                let first = try await chunks.next(isolation: nil) ?? []
                // Dropping the stream ends the transfer.
                return (.stream(contentType: stream.contentType, firstBytes: first), failures)
            } catch let failure as StreamFailure {
                // A rate limit is not to be tried again by someone who only looks.
                guard failure.isTransient, failure.kind != .status(429), failures.count + 1 < Self.tries else {
                    return (.failed(failure), failures)
                }
                failures.append(failure)
                try await Task.sleep(for: .milliseconds(500 * failures.count))
            }
        }
    }

    /// - Throws: `CancellationError` only.
    func take(within limit: Duration) async throws -> Finding {
        do {
            let (sight, failures) = try await DeadlineError.after(limit) { try await look() }
            return Self.finding(sight, after: failures)
        } catch let error as DeadlineError {
            return .problem(
                .legacyAPI, "\(error)", advice: "look at the API itself: it took the call and does not begin to send")
        }
    }

    static func finding(_ sight: Sight, after failures: [StreamFailure]) -> Finding {
        switch sight {
        case .failed(let failure): return finding(failure, tries: failures.count + 1)
        case .stream(let contentType, let bytes):
            guard let start = bytes.first(where: { !" \t\r\n\u{FEFF}".utf8.contains($0) }) else {
                return .problem(
                    .legacyAPI, "the legacy API answered 200 with an empty body", advice: "check LEGACY_API_URL")
            }
            guard start == UInt8(ascii: "[") || start == UInt8(ascii: "{") else {
                return .problem(
                    .legacyAPI, "the legacy API answered 200, but what comes does not begin like JSON",
                    advice: "check LEGACY_API_URL; a proxy or a login page may be in between")
            }
            let type = contentType.map { " with \($0)" } ?? ""
            let before = failures.isEmpty ? "" : ", after \(failures.count) failed tries (\(failures[0]))"
            return .ok(.legacyAPI, "the stream opens\(type)\(before)")
        }
    }

    private static func finding(_ failure: StreamFailure, tries: Int) -> Finding {
        let times = tries > 1 ? " (\(tries) tries)" : ""
        switch failure.kind {
        case .status(429):
            let pause = failure.retryAfter.map { ", and asks for a pause of \($0.components.seconds) s" } ?? ""
            return .warning(
                .legacyAPI, "the legacy API limits the rate of calls (429)\(pause)",
                advice: "a sync waits and tries again by itself; run doctor again later to see the stream")
        case .status(401), .status(403):
            return .problem(.legacyAPI, "\(failure)", advice: "set LEGACY_API_KEY to a key that the API accepts")
        case .status(let code) where code >= 500:
            return .problem(
                .legacyAPI, "\(failure)\(times)",
                advice: "look at the API itself; a sync would try again for some minutes")
        case .status, .transport, .unexpectedContent, .empty, .foreign, .cut, .stalled, .tooFewRecords:
            return .problem(.legacyAPI, "\(failure)\(times)", advice: "check LEGACY_API_URL and the way to it")
        }
    }
}

import CurlHTTP
import SyncCore
import Synchronization

/// The body of the legacy API's answer, as the parser reads it: UTF-8, with what goes wrong in the stream's own words.
///
/// To be read once, in order. Dropping it ends the transfer.
struct LegacyBody: AsyncSequence, Sendable {
    private let source: Source

    /// Reads until the first bytes tell what the body is.
    /// - Parameters:
    ///   - contentType: What the answer says that it is.
    ///   - limit: How long bytes may come that do not tell, such as blanks.
    /// - Throws: `StreamFailure` when it cannot be the stream, or `CancellationError`.
    static func open(_ body: HTTPBody, contentType: String?, within limit: Duration) async throws -> LegacyBody {
        let start = ContinuousClock.now
        var chunks = body.makeAsyncIterator()
        var head: [UInt8] = []
        while BodyText.needsMore(head) {
            let chunk: [UInt8]?
            do throws(HTTPClientError) {
                chunk = try await chunks.next()
            } catch {
                throw LegacyAPI.failure(error)
            }
            guard let chunk else { break }
            guard start.duration(to: .now) < limit else {
                throw StreamFailure(
                    kind: .stalled,
                    description: "bytes came, and no text among them for \(limit) (\(head.count) bytes in all)")
            }
            // Most often one chunk is enough, and is not copied.
            if head.isEmpty { head = chunk } else { head += chunk }
        }
        let encoding = try BodyText.encoding(head: head, contentType: contentType)
        return LegacyBody(source: Source(head: head, chunks: chunks, encoding: encoding))
    }

    func makeAsyncIterator() -> Iterator { source.take() ?? Iterator(head: [], chunks: nil, encoding: .utf8) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var head: [UInt8]
        fileprivate var chunks: HTTPBody.Iterator?
        fileprivate let encoding: TextEncoding

        mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> [UInt8]? {
            if !head.isEmpty {
                defer { head = [] }
                return encoding.utf8(head)
            }
            do throws(HTTPClientError) {
                return try await chunks?.next(isolation: actor).map(encoding.utf8)
            } catch {
                throw LegacyAPI.failure(error)
            }
        }
    }

    /// Hands the body over to the first who reads it.
    private final class Source: Sendable {
        private let iterator: Mutex<Iterator?>

        init(head: [UInt8], chunks: sending HTTPBody.Iterator, encoding: TextEncoding) {
            iterator = Mutex(Iterator(head: head, chunks: chunks, encoding: encoding))
        }

        func take() -> sending Iterator? {
            iterator.withLock { iterator in
                defer { iterator = nil }
                return iterator
            }
        }
    }
}

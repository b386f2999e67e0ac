import SyncCore
import SyncPipeline
import Synchronization

/// A source that answers each request by script: a body, or a failure.
final class ScriptedSource: StreamSource {
    enum Answer: Sendable {
        case body(String)
        /// The body, then a cut.
        case cut(String)
        case failure(StreamFailure)
    }

    private let answers: Mutex<[Answer]>
    private let opened = Mutex(0)

    /// - Parameter answers: one after the other; the last one stays.
    init(_ answers: Answer...) { self.answers = Mutex(answers) }

    var timesOpened: Int { opened.withLock { $0 } }

    func open() async throws -> OpenStream {
        opened.withLock { $0 += 1 }
        let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        switch answer {
        case .failure(let failure): throw failure
        case .body(let text):
            return OpenStream(contentType: "application/json", chunks: Chunks(text: text, isCut: false))
        case .cut(let text): return OpenStream(contentType: "application/json", chunks: Chunks(text: text, isCut: true))
        }
    }

    /// A body of users with these names.
    static func users(_ names: [String]) -> String {
        let users = names.map {
            #"{"id":1,"userName":"\#($0)","email":"\#($0)@example.com","createdAt":"2023-11-14T22:13:20Z","deleted":false}"#
        }
        return "[" + users.joined(separator: ",") + "]"
    }

    private struct Chunks: AsyncSequence, Sendable {
        let text: String
        let isCut: Bool

        func makeAsyncIterator() -> Iterator { Iterator(text: text, isCut: isCut) }

        struct Iterator: AsyncIteratorProtocol {
            var text: String?
            let isCut: Bool

            mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }

            mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> [UInt8]? {
                guard let text else {
                    guard isCut else { return nil }
                    throw StreamFailure(kind: .transport(transient: true), description: "cut")
                }
                self.text = nil
                return Array(text.utf8)
            }
        }
    }
}

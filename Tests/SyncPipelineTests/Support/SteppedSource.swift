import SyncCore
import Synchronization

@testable import SyncPipeline

/// A clock that stands still but for what a script adds: every pause is over at once, and noted.
final class SteppedClock: Sendable {
    private let start = ContinuousClock.now
    private let state = Mutex((elapsed: Duration.zero, pauses: [Duration]()))

    var pauses: [Duration] { state.withLock { $0.pauses } }

    func advance(by time: Duration) { state.withLock { $0.elapsed += time } }

    /// The clock as the pipeline sees it; jitter always draws `random`.
    func pipelineClock(random: Double = 0.5) -> PipelineClock {
        PipelineClock(
            now: { self.start + self.state.withLock { $0.elapsed } },
            sleep: { pause in
                try Task.checkCancellation()
                self.state.withLock {
                    $0.elapsed += pause
                    $0.pauses.append(pause)
                }
            },
            random: { random })
    }
}

/// A source that answers each call with the next answer of its script, and the last one for ever.
final class SteppedSource: StreamSource {
    /// What one call comes to.
    struct Answer: Sendable {
        enum Step: Sendable {
            /// Bytes, after a wait.
            case bytes([UInt8], after: Duration)
            case failure(StreamFailure)
        }

        var refusal: StreamFailure?
        var steps: [Step] = []

        static func body(_ text: String, pieces: Int = 1) -> Answer {
            let bytes = Array(text.utf8)
            let size = max(1, (bytes.count + pieces - 1) / pieces)
            return Answer(
                steps: stride(from: 0, to: bytes.count, by: size).map {
                    .bytes(Array(bytes[$0..<min(bytes.count, $0 + size)]), after: .zero)
                })
        }

        static func refused(_ failure: StreamFailure) -> Answer { Answer(refusal: failure) }

        /// What came before the connection broke.
        static func broken(_ text: String) -> Answer {
            var answer = body(text)
            answer.steps.append(.failure(StreamFailure(kind: .transport(transient: true), description: "broken")))
            return answer
        }

        /// The same bytes again and again, each time after a wait.
        static func repeating(_ text: String, times: Int, every wait: Duration) -> Answer {
            Answer(steps: Array(repeating: .bytes(Array(text.utf8), after: wait), count: times))
        }

        static func + (first: Answer, second: Answer) -> Answer { Answer(steps: first.steps + second.steps) }
    }

    private let clock: SteppedClock
    private let answers: [Answer]
    private let opened = Mutex(0)

    init(_ answers: [Answer], clock: SteppedClock) {
        self.answers = answers
        self.clock = clock
    }

    var calls: Int { opened.withLock { $0 } }

    func open() async throws -> OpenStream {
        let answer = opened.withLock { calls in
            defer { calls += 1 }
            return answers[min(calls, answers.count - 1)]
        }
        if let refusal = answer.refusal { throw refusal }
        return OpenStream(contentType: nil, chunks: Chunks(steps: answer.steps, clock: clock))
    }

    private struct Chunks: AsyncSequence, Sendable {
        let steps: [Answer.Step]
        let clock: SteppedClock

        func makeAsyncIterator() -> Iterator { Iterator(steps: steps[...], clock: clock) }

        struct Iterator: AsyncIteratorProtocol {
            var steps: ArraySlice<Answer.Step>
            let clock: SteppedClock

            mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }

            mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> [UInt8]? {
                switch steps.popFirst() {
                case .bytes(let bytes, let wait):
                    clock.advance(by: wait)
                    return bytes
                case .failure(let failure): throw failure
                case nil: return nil
                }
            }
        }
    }
}

/// Notes all that a reader tells it.
struct RecordingConsumer: StreamConsumer, ~Copyable {
    enum Event: Equatable {
        case began, opened, failed
        case completed(users: Int)
    }

    var users = 0
    var rejects: [Reject] = []
    var events: [Event] = []
    /// What passing on costs each time.
    var onPass: () -> Void = {}

    mutating func receive(_ user: UserRecord) { users += 1 }
    mutating func receive(_ reject: Reject) { rejects.append(reject) }

    mutating func beginAttempt() {
        users = 0
        rejects = []
        events.append(.began)
    }

    mutating func streamOpened() { events.append(.opened) }
    mutating func passOn(streamBytes: Int64) { onPass() }
    mutating func attemptFailed() { events.append(.failed) }
    mutating func complete(_ profile: SourceProfile) { events.append(.completed(users: users)) }
}

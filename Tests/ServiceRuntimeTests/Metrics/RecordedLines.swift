import ServiceRuntime
import Synchronization

/// Keeps the lines of a backend whose clock stands still.
final class RecordedLines: Sendable {
    private let written = Mutex<[String]>([])

    var lines: [String] { written.withLock { $0 } }

    func backend() -> EMFBackend {
        EMFBackend(dimensions: .init(deployment: "staging", service: .worker), now: { 1_700_000_000_123 }) {
            [self] line in
            written.withLock { $0.append(line) }
        }
    }
}

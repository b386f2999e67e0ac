import Foundation
import Synchronization
import TestSupport

/// What becomes of messages in the queue, by their deduplication ids, as seen by a proxy before it: how often each is handed out until
/// a worker says that it is done with it, and for how long it is hidden on a worker's word.
///
/// What is handed out after that does not count: LocalStack refuses to delete a message later than its visibility timeout after the
/// receive, whatever extensions there were, and hands it out again.
final class Deliveries: Sendable {
    private struct State {
        /// Deduplication ids by receipt handle.
        var names: [String: String] = [:]
        /// Which receive of its message a receipt handle is of, from 1.
        var receives: [String: Int] = [:]
        var counts: [String: Int] = [:]
        var pauses: [String: [(receive: Int, seconds: Int)]] = [:]
        var done: Set<String> = []
    }

    private let state = Mutex(State())

    /// A rule that only watches.
    var rule: FaultProxy.Rule {
        { request in
            switch request.operation {
            case "ReceiveMessage":
                return .rewrite(request: request.body) { answer in
                    self.noteMessages(answer)
                    return answer
                }
            case "ChangeMessageVisibilityBatch":
                self.noteEntries(request) { state, name, entry in
                    guard let seconds = entry["VisibilityTimeout"] as? Int else { return }
                    let receive = state.receives[entry["ReceiptHandle"] as? String ?? ""] ?? 0
                    state.pauses[name, default: []].append((receive, seconds))
                }
                return .forward
            case "DeleteMessageBatch":
                self.noteEntries(request) { state, name, _ in state.done.insert(name) }
                return .forward
            default:
                return .forward
            }
        }
    }

    /// Deliveries of the message that was handed out most often.
    var most: Int { state.withLock { $0.counts.values.max() ?? 0 } }

    /// How often a message was handed out.
    func count(of name: String) -> Int { state.withLock { $0.counts[name] ?? 0 } }

    /// For how many seconds a message was hidden after each receive, in the order of the receives: on a busy machine a worker's word
    /// on one receive can come after another's on the next.
    func pauses(of name: String) -> [Int] {
        let pauses = state.withLock { $0.pauses[name] ?? [] }
        // The heartbeat speaks of one receive more than once; sorting must keep what is of one receive in its order.
        return pauses.enumerated().sorted { ($0.element.receive, $0.offset) < ($1.element.receive, $1.offset) }
            .map(\.element.seconds)
    }

    private func noteMessages(_ answer: HTTPAnswer) {
        guard let messages = try? JSONObject(answer.body).array("Messages") else { return }
        state.withLock { state in
            for message in messages {
                let attributes = message["Attributes"] as? [String: Any]
                guard let handle = message["ReceiptHandle"] as? String,
                    let name = attributes?["MessageDeduplicationId"] as? String
                else { continue }
                state.names[handle] = name
                state.receives[handle] = (attributes?["ApproximateReceiveCount"] as? String).flatMap { Int($0) }
                if !state.done.contains(name) { state.counts[name, default: 0] += 1 }
            }
        }
    }

    private func noteEntries(
        _ request: MisbehavingHTTPRequest, _ note: (inout State, String, [String: Any]) -> Void
    ) {
        guard let entries = try? JSONObject(request.body).array("Entries") else { return }
        state.withLock { state in
            for entry in entries {
                guard let name = state.names[entry["ReceiptHandle"] as? String ?? ""] else { continue }
                note(&state, name, entry)
            }
        }
    }
}

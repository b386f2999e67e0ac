import Synchronization

/// Whether the worker was told to stop: then nothing new is begun, and every wait ends.
final class ShutdownFlag: Sendable {
    private struct Sleepers {
        var lastID: UInt64 = 0
        var continuations: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let flag = Atomic(false)
    private let sleepers = Mutex(Sleepers())

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func begin() {
        flag.store(true, ordering: .releasing)
        let waiting = sleepers.withLock { sleepers in
            defer { sleepers.continuations = [:] }
            return Array(sleepers.continuations.values)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits. Ends early when the flag is set or the task is cancelled.
    func sleep(for duration: Duration) async {
        guard !isSet, !Task.isCancelled, duration > .zero else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: duration) }
            group.addTask { await self.wait() }
            _ = await group.next()
            group.cancelAll()
        }
    }

    /// Waits for the flag, or for the cancellation of the task.
    private func wait() async {
        let id = sleepers.withLock { sleepers in
            sleepers.lastID += 1
            return sleepers.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Set or cancelled before this: nobody would resume it any more.
                let mustWait = sleepers.withLock { sleepers in
                    guard !isSet, !Task.isCancelled else { return false }
                    sleepers.continuations[id] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            sleepers.withLock { $0.continuations.removeValue(forKey: id) }?.resume()
        }
    }
}

/// Waits until a condition holds, looking every few milliseconds.
///
/// - Parameters:
///   - limit: how long to wait at most.
///   - what: what is waited for, as in "the worker has applied three batches"; the error says it did not happen.
///   - condition: an error it throws counts as "not yet"; the last one is part of the message.
/// - Throws: ``TestSupportError`` when the condition does not hold in time, `CancellationError` when the task is cancelled.
package func eventually(
    within limit: Duration = .seconds(10), _ what: String, isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var pause = Duration.milliseconds(5)
    while true {
        var lastError = ""
        do {
            if try await condition() { return }
        } catch let error as CancellationError {
            throw error
        } catch {
            lastError = ": \(error)"
        }
        guard clock.now < deadline else { throw TestSupportError("not within \(limit): \(what)\(lastError)") }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(100))
    }
}

/// Something that was asked did not answer in time.
struct DeadlineError: Error, CustomStringConvertible {
    let limit: Duration

    var description: String { "no answer within \(limit.components.seconds) s" }

    /// Runs work that must not take longer than the limit; what is still under way then is cancelled.
    static func after<Result: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(operation: work)
            group.addTask {
                try await Task.sleep(for: limit)
                throw DeadlineError(limit: limit)
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

extension ChildProcess {
    /// Waits until a server that was just started is ready to serve.
    ///
    /// - Throws: ``TestSupportError`` with the end of its log when it ends instead, or is not ready in time; it is then killed.
    func becomesReady(within limit: Duration, _ isReady: () async throws -> Bool) async throws {
        do {
            try await eventually(within: limit, "\(name) is ready") {
                if !isRunning { return true }
                return try await isReady()
            }
        } catch {
            kill()
            throw TestSupportError("\(error)\n\(lastLines())")
        }
        if let exitStatus {
            throw TestSupportError("\(name) ended with status \(exitStatus) instead of serving:\n\(lastLines())")
        }
    }
}

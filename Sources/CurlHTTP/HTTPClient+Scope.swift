package import Logging

extension HTTPClient {
    /// Starts a client for one piece of work, and shuts it down afterwards, whatever the end of the work.
    package nonisolated(nonsending) static func withClient<Result>(
        _ configuration: HTTPClientConfiguration = .init(), logger: Logger,
        _ work: nonisolated(nonsending) (HTTPClient) async throws -> Result
    ) async throws -> Result {
        let client = HTTPClient(configuration: configuration, logger: logger)
        do {
            let result = try await work(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }
}

import Foundation
import TestSupport

/// What `orchestrator dead-letters list --json` prints.
package struct DeadLetterList: Decodable, Sendable {
    package struct Letter: Decodable, Sendable {
        package let content: String
        package let syncId: Int?
        package let batch: Int?
        package let lane: Int?
        package let users: Int?
        package let receiveCount: Int
        package let cause: String?
        package let replayable: Bool
    }

    package let total: Int
    package let deadLetters: [Letter]
}

extension SyncStack {
    /// What lies in the dead-letter queue, as the command shows it.
    package func deadLetters() async throws -> DeadLetterList {
        let result = try await orchestrator("dead-letters", "list", "--json")
        guard result.status == 0 else { throw TestSupportError("dead-letters list failed: \(result.errorOutput)") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(DeadLetterList.self, from: Data(result.output.utf8))
    }

    /// Waits until so many messages lie in the dead-letter queue.
    package func waitForDeadLetters(_ number: Int) async throws -> [DeadLetterList.Letter] {
        // One look decides and tells: at the next one, the drain of a sync may hold the letters.
        var letters: [DeadLetterList.Letter] = []
        try await eventually(within: .seconds(90), "\(number) messages are in the dead-letter queue") {
            letters = try await deadLetters().deadLetters
            return letters.count == number
        }
        return letters
    }
}

import Foundation
import TestSupport

/// What `orchestrator status --json` prints.
package struct SyncLogRow: Decodable, Sendable {
    package let id: Int
    package let status: String
    package let totalProcessed: Int
    package let errorMessage: String?
    package let received: Int
    package let rejected: Int
    package let duplicates: Int
    package let inserted: Int
    package let updated: Int
    package let unchanged: Int
    package let refused: Int
    package let newer: Int?
    package let batchesSent: Int
    package let batchesApplied: Int
    package let streamAttempts: Int
    package let sourceChanges: String?

    private enum CodingKeys: String, CodingKey {
        case id, status, received, rejected, duplicates, inserted, updated, unchanged, refused, newer
        case totalProcessed = "total_processed"
        case errorMessage = "error_message"
        case batchesSent = "batches_sent"
        case batchesApplied = "batches_applied"
        case streamAttempts = "stream_attempts"
        case sourceChanges = "source_changes"
    }

    /// Whether each received user is counted exactly once.
    package var isBalanced: Bool { received == inserted + updated + unchanged + duplicates + refused }
}

extension SyncStack {
    /// The newest sync, as the command shows it.
    package func status() async throws -> SyncLogRow {
        let result = try await orchestrator("status", "--json")
        guard result.status == 0 else { throw TestSupportError("status failed: \(result.errorOutput)") }
        return try JSONDecoder().decode(SyncLogRow.self, from: Data(result.output.utf8))
    }

    /// The single number that a query gives.
    package func count(_ sql: String) async throws -> Int {
        let text = try await database.query(sql).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let number = Int(text) else { throw TestSupportError("not a number: \(text)") }
        return number
    }
}

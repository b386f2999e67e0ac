import Foundation
import TestSupport
import Testing

/// What `orchestrator status --json` prints.
struct SyncLogRow: Decodable {
    let id: Int
    let status: String
    let totalProcessed: Int
    let errorMessage: String?
    let received: Int
    let rejected: Int
    let duplicates: Int
    let inserted: Int
    let updated: Int
    let unchanged: Int
    let batchesSent: Int
    let batchesApplied: Int
    let streamAttempts: Int

    private enum CodingKeys: String, CodingKey {
        case id, status, received, rejected, duplicates, inserted, updated, unchanged
        case totalProcessed = "total_processed"
        case errorMessage = "error_message"
        case batchesSent = "batches_sent"
        case batchesApplied = "batches_applied"
        case streamAttempts = "stream_attempts"
    }

    /// Whether each received user is counted exactly once.
    var isBalanced: Bool { received == inserted + updated + unchanged + duplicates }
}

extension SyncStack {
    /// The newest sync, as the command shows it.
    func status() async throws -> SyncLogRow {
        let result = try await orchestrator("status", "--json")
        try #require(result.status == 0, "\(result.errorOutput)")
        return try JSONDecoder().decode(SyncLogRow.self, from: Data(result.output.utf8))
    }

    func count(_ sql: String) async throws -> Int {
        let text = try await database.query(sql).trimmingCharacters(in: .whitespacesAndNewlines)
        return try #require(Int(text), "not a number: \(text)")
    }
}

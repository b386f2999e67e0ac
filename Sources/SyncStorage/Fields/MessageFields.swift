import Postgres
import SyncCore
import Synchronization

/// A message names columns that `migrate` has not recorded: nothing of it may be applied.
package struct UnrecordedColumns: Error, Equatable, CustomStringConvertible {
    /// As the message names them, with their types.
    let columns: [ExtraColumn]

    package var description: String {
        "the message writes columns that are not recorded in this database: \(columns.headerText). If this service has sent it, the "
            + "workers use another database than the orchestrator; otherwise something else writes to this queue: find the sender"
    }
}

/// Turns the columns that messages name into statements, and takes only those that are recorded in the database.
///
/// The list of the last message is remembered, since all messages of a sync have the same. A list that is not known is looked up
/// again, so a worker needs no restart after `migrate`.
package final class MessageFields: Sendable {
    private struct Known {
        let columns: [ExtraColumn]
        let statement: UpsertStatement
        /// Whether it must be looked up again before it is used.
        var isDoubtful = false
    }

    private let known = Mutex<Known?>(nil)

    package init() {}

    /// The statement that the last message needed: for a probe.
    var latest: UpsertStatement { known.withLock { $0?.statement } ?? .plain }

    /// - Throws: ``UnrecordedColumns``, or `PostgresError` when the list cannot be read.
    nonisolated(nonsending) func statement(
        for columns: [ExtraColumn], on connection: PostgresConnection
    ) async throws -> UpsertStatement {
        guard !columns.isEmpty else { return .plain }
        if let known = known.withLock({ $0 }), known.columns == columns, !known.isDoubtful { return known.statement }
        let recorded = try await RecordedFields.all(connection)
        var fields: [UserField] = []
        var unrecorded: [ExtraColumn] = []
        for column in columns {
            if let field = recorded.first(where: { $0.extraColumn == column }) {
                fields.append(field)
            } else {
                unrecorded.append(column)
            }
        }
        guard unrecorded.isEmpty else { throw UnrecordedColumns(columns: unrecorded) }
        let statement = UpsertStatement(ExtraFields(fields))
        known.withLock { $0 = Known(columns: columns, statement: statement) }
        return statement
    }

    /// A statement failed: a column may have been changed, and recorded anew.
    func doubt() { known.withLock { $0?.isDoubtful = true } }
}

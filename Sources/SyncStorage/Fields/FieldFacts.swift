package import Postgres
package import SyncCore

/// What a database says about the extra fields that are in use; reading it changes nothing. Needs the current schema.
package struct FieldFacts: Sendable, Equatable {
    /// As `orchestrator migrate` has recorded them.
    package var recorded: ExtraFields
    /// Columns of these that are missing or cannot hold the values, each as a clause.
    package var refusals: [String]
    /// What is narrower than the source may need, each as a clause: users who do not fit are set aside.
    package var narrowness: [String]

    package init(recorded: ExtraFields = .none, refusals: [String] = [], narrowness: [String] = []) {
        self.recorded = recorded
        self.refusals = refusals
        self.narrowness = narrowness
    }

    package static func read(_ connection: PostgresConnection) async throws -> FieldFacts {
        let recorded = try await RecordedFields.inUse(connection)
        let requirement = TableRequirement.columns(of: recorded)
        guard !recorded.isEmpty, let users = try await ExistingTable.read(requirement.table, on: connection) else {
            return FieldFacts(recorded: recorded)
        }
        return FieldFacts(
            recorded: recorded, refusals: requirement.columnRefusals(users), narrowness: requirement.narrowness(users))
    }
}

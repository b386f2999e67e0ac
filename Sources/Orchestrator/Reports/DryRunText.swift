import SyncCore
import SyncPipeline

extension DryRun.Report {
    /// The report for people.
    /// - Parameters:
    ///   - policy: what the sync would do about missing users.
    ///   - extraFields: what is compared beyond the five fields.
    func text(_ policy: MissingUsersPolicy, extraFields: ExtraFields = .none) -> String {
        let fieldList = FieldList.lines(extraFields.fields.map(\.jsonKey))
        let fields =
            [("received", "\(records) records (\(attempts) stream attempts)")] + fieldList + [
                ("rejected", "\(rejects)"),
                ("would insert", "\(outcome.inserted)"),
                ("would update", "\(outcome.updated)"),
                ("newly deleted", "\(outcome.newlyDeleted) of the updated"),
                ("unchanged", "\(outcome.unchanged)"),
                ("repeated", "\(outcome.repeated) records of users that came before"),
                ("missing", "\(outcome.missing) of \(outcome.live) live users: \(fate(policy))"),
            ]
        return
            (["dry run: nothing was sent, nothing was written"]
            + fields.map { name, value in name + String(repeating: " ", count: 15 - name.count) + value }
            + (shortage.map { ["too few records: " + verdict($0)] } ?? []))
            .joined(separator: "\n")
    }

    private func verdict(_ shortage: RecordMinimum.Shortage) -> String {
        "\(shortage); a sync would read once more and, if that agrees, fail with exit status 65 and mark nobody; "
            + "'orchestrator sync --minimum-percent 0' accepts it once"
    }

    private func fate(_ policy: MissingUsersPolicy) -> String {
        switch policy.decide(missing: outcome.missing, live: outcome.live, damagedRecords: damagedRecords) {
        case .keep: "they would stay as they are"
        case .softDelete: "those whom the sync before missed too would be marked as deleted"
        case .postpone: "they would stay this time, since \(damagedRecords) damaged pieces of the stream may hide them"
        case .refuse:
            "more than SYNC_MISSING_MAX_PERCENT=\(policy.maximumPercent) allows: the sync would fail at its end and mark nobody"
        }
    }
}

/// What becomes of users that are in the table but no longer in the source.
package struct MissingUsersPolicy: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable {
        /// They stay as they are, and are counted.
        case keep
        /// They are marked as deleted.
        case softDelete = "soft-delete"
    }

    /// What to do after a complete stream.
    package enum Decision: Sendable, Equatable {
        case keep
        /// The missing are remembered, and those of them are marked whom the complete stream before did not name either: damage can
        /// look like a sound stream without a user, and it does not do so twice.
        case softDelete
        /// The stream was damaged where a user may have been, and any of the missing may be that one: nobody is marked this time, and nobody
        /// is counted as missed. A user who was missed before and is named now is forgotten.
        case postpone
        /// More would go than is allowed: nobody is marked, and nobody is remembered.
        case refuse
    }

    package let action: Action
    /// The share of the live users that may be missing, in percent, 0 to 100.
    package let maximumPercent: Int

    package init(action: Action, maximumPercent: Int) {
        self.action = action
        self.maximumPercent = maximumPercent
    }

    /// - Parameters:
    ///   - missing: live users that the complete stream did not name.
    ///   - live: users that are not marked as deleted.
    ///   - damagedRecords: pieces of the stream that may hide a user (``Reject/mayHideUser``).
    package func decide(missing: Int, live: Int, damagedRecords: Int) -> Decision {
        guard action == .softDelete, missing > 0 else { return .keep }
        guard missing * 100 <= maximumPercent * live else { return .refuse }
        return damagedRecords == 0 ? .softDelete : .postpone
    }
}

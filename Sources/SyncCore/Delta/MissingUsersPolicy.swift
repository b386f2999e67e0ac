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
        case softDelete
        /// The stream held damaged records, and any of the missing may be one of them: nobody is touched this time.
        case postpone
        /// More would go than is allowed: nobody is touched.
        case refuse
    }

    package let action: Action
    /// The share of the live users that may go in one sync, in percent, 0 to 100.
    package let maximumPercent: Int

    package init(action: Action, maximumPercent: Int) {
        self.action = action
        self.maximumPercent = maximumPercent
    }

    /// - Parameters:
    ///   - missing: live users that the complete stream did not name.
    ///   - live: users that are not marked as deleted.
    ///   - damagedRecords: pieces of the stream that were users once (``Reject/mayHideUser``).
    package func decide(missing: Int, live: Int, damagedRecords: Int) -> Decision {
        guard action == .softDelete, missing > 0 else { return .keep }
        guard missing * 100 <= maximumPercent * live else { return .refuse }
        return damagedRecords == 0 ? .softDelete : .postpone
    }
}

extension Reject {
    /// Whether the piece may have been a user: a JSON object that is not sound, or damage that shows a user's field.
    package var mayHideUser: Bool { reason != .invalidJSON || excerpt.contains("userName") }
}

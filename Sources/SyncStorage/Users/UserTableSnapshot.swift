package import SyncCore

/// What the users table held at one moment.
package struct UserTableSnapshot: ~Copyable {
    /// The moment, to be compared with later on.
    package let moment: Moment
    /// Digests of all rows.
    package let index: UserIndex

    /// Names the moment of a snapshot so that row versions made after it can be told.
    package struct Moment: Sendable, Equatable {
        /// Rows at that moment.
        package let rows: Int
        /// The oldest transaction that was under way, as PostgreSQL prints an `xid`. What a version's `xmin` precedes was
        /// seen by the snapshot; a subtransaction's number is never below its transaction's.
        let oldestTransaction: String
    }

    /// Gives the index away.
    package consuming func takeIndex() -> UserIndex { index }
}

/// One row of `sync_refusals`: a user whom the database refused while the rest of the batch was applied.
package struct RefusedUser: Sendable, Equatable {
    /// As received; characters that the database's encoding lacks stand as `\u{…}`.
    package let userName: String
    package let batchNumber: Int64
    package let sqlState: String
    /// nil when no constraint was violated.
    package let constraint: String?
    /// What the server said.
    package let message: String

    package init(userName: String, batchNumber: Int64, sqlState: String, constraint: String?, message: String) {
        self.userName = userName
        self.batchNumber = batchNumber
        self.sqlState = sqlState
        self.constraint = constraint
        self.message = message
    }
}

/// Refused users of one sync who share a cause.
package struct RefusalGroup: Sendable, Equatable {
    package let sqlState: String
    package let constraint: String?
    package let count: Int

    package init(sqlState: String, constraint: String?, count: Int) {
        self.sqlState = sqlState
        self.constraint = constraint
        self.count = count
    }
}

import SyncCore

/// One row of `users`, as a person who looks a user up sees it. Times are microseconds since 1970-01-01T00:00:00Z.
package struct StoredUser: Sendable, Equatable {
    /// The value of one field.
    package enum Value: Sendable, Equatable {
        case integer(Int64)
        /// A decimal number as PostgreSQL prints it, digit for digit.
        case number(String)
        case text(String)
        case timestamp(Int64)
        case boolean(Bool)
        /// Of the five fields only in a row that another program wrote.
        case null
    }

    /// The value of an extra field.
    package struct Extra: Sendable, Equatable {
        package let column: String
        package let value: Value

        package init(column: String, value: Value) {
            self.column = column
            self.value = value
        }
    }

    package let id: Int64
    /// The source's fields, in the order of ``UserField/all``.
    package let values: [Value]
    /// The ``ExtraFields`` in use, by column, in the order of the setting.
    package var extras: [Extra] = []
    /// nil only in a row that another program wrote.
    package let createdAt: Int64?
    /// When the row was last changed; nil only in a row that another program wrote.
    package let updatedAt: Int64?
    /// nil unless deleted.
    package let deletedAt: Int64?
    /// The sync that wrote the row last; nil for one that no sync has written.
    package let syncID: Int64?

    /// nil only in a row that another program wrote.
    package var userName: String? {
        guard let place = UserField.all.firstIndex(of: .userName), case .text(let name) = values[place] else {
            return nil
        }
        return name
    }
}

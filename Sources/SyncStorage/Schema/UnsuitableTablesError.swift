/// Tables of the database are such that this service cannot work with them. Nothing was changed.
package struct UnsuitableTablesError: Error, Equatable, CustomStringConvertible {
    /// Each a clause that names the table and says what to change.
    package let refusals: [String]

    package var description: String {
        "this database cannot be used as it is, and nothing was changed: \(refusals.joined(separator: "; "))"
    }
}

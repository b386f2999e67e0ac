import Postgres
import SyncCore

extension UserField {
    /// The column, quoted.
    var sql: SQL { SQL(identifier: column) }

    /// The column of a row source, such as `users."email"`.
    func sql(of source: SQL) -> SQL { "\(source).\(sql)" }

    /// The type that parameters and the delta's COPY have, whatever the column's own type is.
    var sqlType: SQL {
        switch kind {
        case .integer: "bigint"
        case .text: "text"
        case .timestamp: "timestamptz"
        case .boolean: "boolean"
        }
    }

    var arrayElement: PostgresArray.Element {
        switch kind {
        case .integer: .int8
        case .text: .text
        case .timestamp: .timestamptz
        case .boolean: .bool
        }
    }
}

extension [UserField] {
    /// The columns, with commas between them.
    var sql: SQL { .list(map(\.sql)) }

    /// The columns of a row source.
    func sql(of source: SQL) -> SQL { .list(map { $0.sql(of: source) }) }

    /// `unnest($5::text[], …)`: one array parameter per field, the first with the given number.
    func unnested(from first: Int) -> SQL {
        let arrays = enumerated().map { offset, field -> SQL in
            "\(parameter: first + offset)::\(field.sqlType)[]"
        }
        return "unnest(\(.list(arrays)))"
    }
}

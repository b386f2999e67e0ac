import Postgres
import SyncCore

extension UserField {
    /// The column, quoted.
    var sql: SQL { SQL(identifier: column) }

    /// The column of a row source, such as `users."email"`.
    func sql(of source: SQL) -> SQL { "\(source).\(sql)" }

    /// The type that values have in statements and the delta's COPY have, whatever the column's own type is.
    var sqlType: SQL {
        switch kind {
        case .integer: "bigint"
        case .text: "text"
        case .number: "numeric"
        case .timestamp: "timestamptz"
        case .boolean: "boolean"
        }
    }

    /// The column as the delta's COPY and people read it: a number as the text that PostgreSQL prints.
    var readable: SQL { kind == .number ? "\(sql)::numeric::text" : "\(sql)::\(sqlType)" }

    /// An array of parameters as an array of the column's type: numbers travel as text.
    func array(parameter number: Int) -> SQL {
        kind == .number
            ? "\(parameter: number)::text[]::numeric[]" : "\(parameter: number)::\(sqlType)[]"
    }

    var arrayElement: PostgresArray.Element { kind.arrayElement }
}

extension UserField.Kind {
    /// What the arrays of parameters hold: numbers travel as text.
    var arrayElement: PostgresArray.Element {
        switch self {
        case .integer: .int8
        case .text, .number: .text
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
        let arrays = enumerated().map { offset, field in field.array(parameter: first + offset) }
        return "unnest(\(.list(arrays)))"
    }
}

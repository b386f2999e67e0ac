/// Object identifiers of the built-in types this client knows.
///
/// They are fixed: PostgreSQL's `src/include/catalog/pg_type.dat`.
enum PostgresTypeOID {
    /// Left to the server to infer.
    static let unspecified: UInt32 = 0
    static let bool: UInt32 = 16
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let unknown: UInt32 = 705
    static let boolArray: UInt32 = 1000
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let timestamp: UInt32 = 1114
    static let timestamptz: UInt32 = 1184
    static let timestamptzArray: UInt32 = 1185
    static let numeric: UInt32 = 1700

    /// What SQL calls a type, for errors; its number where this client does not know it.
    static func sqlName(of type: UInt32) -> String {
        switch type {
        case bool: "boolean"
        case name: "name"
        case int8: "bigint"
        case int2: "smallint"
        case int4: "integer"
        case text: "text"
        case oid: "oid"
        case json: "json"
        case float4: "real"
        case float8: "double precision"
        case bpchar: "char"
        case varchar: "varchar"
        case timestamp: "timestamp without time zone"
        case timestamptz: "timestamptz"
        case numeric: "numeric"
        default: "type \(type)"
        }
    }
}

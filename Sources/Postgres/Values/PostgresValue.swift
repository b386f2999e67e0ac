/// A parameter of a statement.
///
/// Numbers, booleans, timestamps and arrays declare their type to the server and travel in binary. A text leaves its
/// type to the server, so that it also fits `varchar`, `uuid`, `jsonb` or an enum without a cast.
package enum PostgresValue: Sendable {
    case null
    case text(String)
    case int8(Int64)
    case int4(Int32)
    case bool(Bool)
    case timestamptz(microsecondsSinceUnixEpoch: Int64)
    case array(PostgresArray)

    var typeOID: UInt32 {
        switch self {
        case .null, .text: PostgresTypeOID.unspecified
        case .int8: PostgresTypeOID.int8
        case .int4: PostgresTypeOID.int4
        case .bool: PostgresTypeOID.bool
        case .timestamptz: PostgresTypeOID.timestamptz
        case .array(let array): array.element.arrayOID
        }
    }
}

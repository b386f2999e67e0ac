/// Which statements a connection has prepared, and under which names.
///
/// The types of the parameters belong to the key, for the server plans a statement for them: one that is first run with
/// a null, whose type the server infers, and then with a number is prepared twice.
struct StatementCache {
    struct Key: Hashable {
        let statement: PostgresStatement
        let types: [UInt32]

        init(_ statement: PostgresStatement, _ parameters: [PostgresValue]) {
            self.statement = statement
            types = parameters.map(\.typeOID)
        }
    }

    /// Statements are written in the code, so their number is small; this only bounds a mistake.
    static let limit = 256

    private var names: [Key: String] = [:]
    private var lastNumber = 0

    func name(of key: Key) -> String? { names[key] }

    var isFull: Bool { names.count >= Self.limit }

    /// A name that this connection has never used. The server cuts names at 63 bytes.
    mutating func makeName(for key: Key) -> String {
        lastNumber += 1
        return "\(String(decoding: key.statement.name.utf8.prefix(40), as: UTF8.self))_\(lastNumber)"
    }

    mutating func prepared(_ key: Key, as name: String) { names[key] = name }

    mutating func forget(_ key: Key) { names[key] = nil }
}

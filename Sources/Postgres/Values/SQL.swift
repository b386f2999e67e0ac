/// The text of a statement, made of this program's own literals and of quoted identifiers.
///
/// The compiler enforces it: a literal makes one, and only another `SQL` may be interpolated into it. So no value from outside can
/// become part of a statement; values travel as parameters, `$1`, `$2` and so on.
///
///     let columns: SQL = "id, status"
///     try await connection.query("SELECT \(columns) FROM sync_logs WHERE id = $1", [.int8(id)])
package struct SQL: Sendable, Hashable {
    /// What the server is sent.
    package let text: String

    /// For tests of this module, which make up statements; nothing outside it can call this.
    init(verbatim text: String) {
        self.text = text
    }

    /// A name of a column or a table, quoted: whatever it holds, it stays one identifier.
    package init(identifier: String) {
        text = "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }

    /// The fragments one after the other, with commas between them.
    package static func list(_ fragments: [SQL]) -> SQL {
        SQL(verbatim: fragments.map(\.text).joined(separator: ", "))
    }
}

extension SQL: ExpressibleByStringInterpolation {
    // A `StaticString` is known when the program is compiled; a `String` would let `SQL(stringLiteral: value)` through.
    package init(stringLiteral value: StaticString) {
        text = value.description
    }

    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 32)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            text += literal.description
        }

        package mutating func appendInterpolation(_ fragment: SQL) {
            text += fragment.text
        }

        /// The place of a parameter: `\(parameter: 3)` is `$3`.
        package mutating func appendInterpolation(parameter number: Int) {
            text += "$\(number)"
        }
    }
}

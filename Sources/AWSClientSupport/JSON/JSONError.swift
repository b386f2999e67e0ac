/// Why a JSON document was refused, and where.
///
/// Carries no piece of the document: what a server sent can hold user data.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case tooLarge
        case tooDeep
        case invalidUTF8
        case unexpectedEnd
        case unexpectedByte
        case invalidEscape
        case invalidNumber
        /// The value is sound JSON, but not of the type that was asked for.
        case typeMismatch(expected: String)
        case trailingBytes
    }

    package let code: Code
    /// Bytes from the start of the document.
    package let offset: Int

    package var description: String {
        switch code {
        case .typeMismatch(let expected): "JSON: expected \(expected) at byte \(offset)"
        default: "JSON: \(code) at byte \(offset)"
        }
    }
}

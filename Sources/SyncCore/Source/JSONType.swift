/// What kind of JSON value a field held. The raw values are stored, and shown to operators.
package enum JSONType: String, Sendable, Codable, CaseIterable {
    case string, number, boolean, object, array, null

    /// - Parameter first: the first byte of a value.
    @inline(__always)
    init(first: UInt8) {
        self =
            switch first {
            case UInt8(ascii: "\""): .string
            case UInt8(ascii: "{"): .object
            case UInt8(ascii: "["): .array
            case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
            case UInt8(ascii: "n"): .null
            default: .number
            }
    }
}

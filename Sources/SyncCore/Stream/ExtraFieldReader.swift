/// Reads the extra fields of one object after the other: notes where their values are, and judges them when the object has closed.
///
/// As with the five fields, the last value of a repeated key counts, and values before it cost nothing. An absent field is NULL, as
/// is the value `null`. The memory is allocated once and used again for every object.
final class ExtraFieldReader {
    typealias Position = UnsafePointer<UInt8>

    /// What an object's extra fields came to.
    enum Outcome {
        /// As ``ExtraLine`` writes them; valid until the next object begins.
        case values(UnsafeRawBufferPointer)
        case refused(Reject.Reason)
    }

    /// A value of the object, not decoded yet.
    enum Value {
        case absent
        case null
        case text(ObjectReader.RawString)
        /// The integer is there when the number is one of 64 bits, without a fraction or an exponent.
        case number(Position, count: Int, integer: Int64?)
        case boolean(Bool)
        /// An array or an object.
        case container
    }

    let fields: [UserField]
    private let keys: [[UInt8]]
    private(set) var values: [Value]
    /// The field whose key was read last.
    private var current = 0
    private let line = ExtraLine()
    /// Of the field that was refused last.
    private(set) var refusedKey: String?

    init(_ extraFields: ExtraFields) {
        fields = extraFields.fields
        keys = fields.map { Array($0.jsonKey.utf8) }
        values = Array(repeating: .absent, count: fields.count)
    }

    func beginObject() {
        for index in values.indices { values[index] = .absent }
        // The first one is expected.
        current = fields.count - 1
    }

    // MARK: Keys

    /// Reads a key if it is that of the field behind the one before: records name their fields in one order.
    /// - Parameter start: the first byte after the opening quote.
    /// - Returns: the position after the closing quote.
    @inline(__always)
    func expectedKey(_ start: Position, _ end: Position) -> Position? {
        let next = current + 1 < keys.count ? current + 1 : 0
        let count = keys[next].count
        guard end - start > count, start[count] == UInt8(ascii: "\""),
            keys[next].elementsEqual(UnsafeBufferPointer(start: start, count: count))
        else { return nil }
        current = next
        return start + count + 1
    }

    /// Whether a key is that of one of the fields, whose value is read next then.
    func isKey(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let index = keys.firstIndex(where: { $0.count == name.count && $0.elementsEqual(name) }) else {
            return false
        }
        current = index
        return true
    }

    // MARK: Values

    /// Reads the value of the field whose key was read last.
    func readValue(
        _ start: Position, _ end: Position, maximumDepth: Int
    ) throws(JSONScanner.Failure) -> Position {
        switch start.pointee {
        case UInt8(ascii: "\""):
            let (next, hasEscapes) = try JSONScanner.string(start + 1, end)
            values[current] = .text(.init(start: start + 1, count: next - start - 2, hasEscapes: hasEscapes))
            return next
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let (next, integer) = try JSONScanner.number(start, end)
            values[current] = .number(start, count: next - start, integer: integer)
            return next
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let next = try JSONScanner.value(start, end, depth: 1, maximumDepth: maximumDepth)
            values[current] = .container
            return next
        default:
            let next = try JSONScanner.literal(start, end)
            values[current] = start.pointee == UInt8(ascii: "n") ? .null : .boolean(start.pointee == UInt8(ascii: "t"))
            return next
        }
    }

    /// Judges the values of an object that has closed.
    /// - Parameter room: where texts go that have escapes.
    func finishObject(decodingInto room: inout UnsafeMutablePointer<UInt8>) -> Outcome {
        line.removeAll()
        for index in values.indices {
            let field = fields[index]
            switch (values[index], field.kind) {
            case (.absent, _), (.null, _):
                line.appendNull()
            case (.text(let raw), .text):
                guard let text = ObjectReader.decode(raw, to: &room) else { return .refused(.unstorableText) }
                line.append(text: UnsafeRawBufferPointer(text))
            case (.text(let raw), .timestamp):
                guard let text = ObjectReader.decode(raw, to: &room), let time = RFC3339.microseconds(text) else {
                    return refused(field)
                }
                line.append(integer: time)
            case (.number(_, _, let integer?), .integer):
                line.append(integer: integer)
            case (.number(let start, let count, _), .number):
                line.append(number: UnsafeRawBufferPointer(start: start, count: count))
            case (.boolean(let value), .boolean):
                line.append(boolean: value)
            default:
                return refused(field)
            }
        }
        return .values(line.bytes)
    }

    private func refused(_ field: UserField) -> Outcome {
        refusedKey = field.jsonKey
        return .refused(field.invalid)
    }
}

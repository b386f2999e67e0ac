import SyncCore

extension RecordWriter {
    /// The most bytes of one value.
    static let maximumOwnValueBytes = 256

    /// Writes a value of a field of one's own: as JSON, or as the text that PostgreSQL prints.
    func writeOwnValue(_ kind: UserField.Kind, _ bits: UInt64, _ spelling: Spelling, to writer: inout ByteWriter) {
        switch kind {
        case .text: writeOwnText(bits, spelling, to: &writer)
        case .integer: writer.write(decimal: Self.integer(bits))
        case .number: Self.writeNumber(bits, spelling, to: &writer)
        case .boolean: Self.writeBoolean(bits & 1 == 0, spelling, to: &writer)
        case .timestamp: Self.writeTimestamp(bits, spelling, to: &writer)
        }
    }

    /// Also the empty text, which is not NULL, and one that a spreadsheet would take for a formula.
    private func writeOwnText(_ bits: UInt64, _ spelling: Spelling, to writer: inout ByteWriter) {
        if spelling != .value { writer.write(byte: UInt8(ascii: "\"")) }
        switch bits & 15 {
        case 0: break
        case 1:
            writer.write("+55 11 ")
            writer.write(Int(truncatingIfNeeded: bits >> 40), digits: 7)
        default:
            writer.write(vocabulary.firstNames[Int(truncatingIfNeeded: (bits >> 4) & 31)])
            if unicode.hits(bits) { write(decoration(bits), spelling, to: &writer) }
            writer.write(decimal: Int(truncatingIfNeeded: bits >> 48))
        }
        if spelling != .value { writer.write(byte: UInt8(ascii: "\"")) }
    }

    /// Now and then the smallest and the largest that 64 bits hold.
    private static func integer(_ bits: UInt64) -> Int {
        switch bits & 127 {
        case 0: Int.min
        case 1: Int.max
        default: SeededHash.index(bits, below: 2_000_000) - 1_000_000
        }
    }

    /// Hundredths. JSON has several spellings of a number, the table has one.
    private static func writeNumber(_ bits: UInt64, _ spelling: Spelling, to writer: inout ByteWriter) {
        if bits & 63 == 0 { return writer.write("98765432109876543210.125") }
        let hundredths = SeededHash.index(bits, below: 2_000_000) - 1_000_000
        if spelling == .escapedJSON {
            writer.write(decimal: hundredths)
            return writer.write("e-2")
        }
        if hundredths < 0 { writer.write(byte: UInt8(ascii: "-")) }
        writer.write(decimal: abs(hundredths) / 100)
        let fraction = abs(hundredths) % 100
        if spelling == .value && fraction == 0 { return }
        writer.write(byte: UInt8(ascii: "."))
        if spelling == .value && fraction % 10 == 0 {
            writer.write(decimal: fraction / 10)
        } else {
            writer.write(fraction, digits: 2)
        }
    }

    private static func writeBoolean(_ value: Bool, _ spelling: Spelling, to writer: inout ByteWriter) {
        switch (spelling, value) {
        case (.value, true): writer.write("t")
        case (.value, false): writer.write("f")
        case (_, true): writer.write("true")
        case (_, false): writer.write("false")
        }
    }

    private static func writeTimestamp(_ bits: UInt64, _ spelling: Spelling, to writer: inout ByteWriter) {
        var moment = Timestamp(year: 2010, month: 1, day: 1)
        moment.microseconds += SeededHash.index(bits, below: 15 * 365 * Timestamp.microsecondsPerDay)
        switch spelling {
        case .value: moment.write(to: &writer, digits: 6)
        case .plainJSON:
            writer.write(byte: UInt8(ascii: "\""))
            moment.write(to: &writer, digits: 6)
            writer.write(byte: UInt8(ascii: "\""))
        case .escapedJSON:
            writer.write(byte: UInt8(ascii: "\""))
            moment.write(to: &writer, digits: 9, offsetMinutes: -180, tail: Int(truncatingIfNeeded: bits & 255))
            writer.write(byte: UInt8(ascii: "\""))
        }
    }
}

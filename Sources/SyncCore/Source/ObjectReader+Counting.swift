/// What the reader tells ``RecordCounts`` of a record.
extension ObjectReader {
    /// Takes a record that has closed. Lengths are those of values that have the right type, in bytes: a character takes at least one, so
    /// hardly any record has to be looked at again.
    @inline(__always)
    func count(
        _ typed: Fields, mistyped: Fields, null: Fields, idLength: Int, userName: RawString, email: RawString,
        createdAt: RawString, into counts: inout RecordCounts
    ) {
        let longest = counts.longest
        if typed == .all {
            counts.closeSound()
            if idLength <= longest[Fields.id.index], userName.count <= longest[Fields.userName.index],
                email.count <= longest[Fields.email.index], createdAt.count <= longest[Fields.createdAt.index]
            {
                return
            }
        } else {
            counts.close(typed: typed.mask, mistyped: mistyped.mask, null: null.mask)
        }
        measure(typed, idLength, userName, email, createdAt, longest)
    }

    @inline(never)
    private func measure(
        _ typed: Fields, _ idLength: Int, _ userName: RawString, _ email: RawString, _ createdAt: RawString,
        _ longest: UnsafeMutablePointer<Int>
    ) {
        if typed.contains(.id) { longest[Fields.id.index] = max(longest[Fields.id.index], idLength) }
        for (field, text) in [(Fields.userName, userName), (.email, email), (.createdAt, createdAt)]
        where typed.contains(field) && text.count > longest[field.index] {
            // Text that cannot be stored has no length that would matter.
            var room = scratch
            guard let decoded = decode(text, to: &room) else { continue }
            longest[field.index] = max(longest[field.index], decoded.count { $0 & 0xC0 != 0x80 })
        }
    }

    /// Whether a field's values have a length that is worth knowing.
    static func measures(_ index: Int) -> Bool { index != Fields.deleted.index }
}

extension ObjectReader.Fields {
    /// As ``RecordCounts`` takes it.
    @inline(__always)
    var mask: UInt64 { UInt64(rawValue) }

    /// The number of a single field's bit.
    @inline(__always)
    var index: Int { rawValue.trailingZeroBitCount }

    /// The keys of the fields, by their bits.
    static var names: [String] { inOrder.map(\.description.jsonKey) }
}

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
        if let extras {
            let shift = UInt64(Fields.names.count)
            let types = extras.count(longest: longest + Fields.names.count, scratch: scratch)
            counts.close(
                typed: typed.mask | types.typed << shift, mistyped: mistyped.mask | types.mistyped << shift,
                null: null.mask | types.null << shift)
        } else if typed == .all {
            counts.closeSound()
        } else {
            counts.close(typed: typed.mask, mistyped: mistyped.mask, null: null.mask)
        }
        if typed == .all, idLength <= longest[Fields.id.index], userName.count <= longest[Fields.userName.index],
            email.count <= longest[Fields.email.index], createdAt.count <= longest[Fields.createdAt.index]
        {
            return
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
            longest[field.index] = max(longest[field.index], Self.characters(of: text, scratch: scratch))
        }
    }

    /// How many characters a text has; 0 for one that cannot be stored: its length does not matter.
    static func characters(of text: RawString, scratch: UnsafeMutablePointer<UInt8>) -> Int {
        var room = scratch
        return decode(text, to: &room)?.count { $0 & 0xC0 != 0x80 } ?? 0
    }

    /// The keys of the fields that are read, in the order of ``RecordCounts``: the five, then the extra ones.
    var countedNames: [String] { Fields.names + (extras?.fields.map(\.jsonKey) ?? []) }

    /// Whether the values of the field with this place in ``countedNames`` have a length that is worth knowing.
    func measures(_ index: Int) -> Bool {
        guard index >= Fields.names.count else { return index != Fields.deleted.index }
        return extras?.fields[index - Fields.names.count].kind != .boolean
    }
}

extension ExtraFieldReader {
    /// Looks at the values of an object that has closed: which have the right JSON type, and which are longer than any before.
    /// - Parameters:
    ///   - longest: characters of each field's longest value.
    ///   - scratch: room for a decoded text.
    /// - Returns: as ``RecordCounts`` takes them, the first extra field's bit the lowest.
    func count(
        longest: UnsafeMutablePointer<Int>, scratch: UnsafeMutablePointer<UInt8>
    ) -> (typed: UInt64, mistyped: UInt64, null: UInt64) {
        var (typed, mistyped, null): (UInt64, UInt64, UInt64) = (0, 0, 0)
        for index in values.indices {
            let bit: UInt64 = 1 << UInt64(index)
            switch (values[index], fields[index].kind) {
            case (.absent, _):
                break
            case (.null, _):
                mistyped |= bit
                null |= bit
            case (.text(let text), .text), (.text(let text), .timestamp):
                typed |= bit
                if text.count > longest[index] {
                    longest[index] = max(longest[index], ObjectReader.characters(of: text, scratch: scratch))
                }
            case (.number(_, let length, _?), .integer), (.number(_, let length, _), .number):
                typed |= bit
                longest[index] = max(longest[index], length)
            case (.boolean, .boolean):
                typed |= bit
            default:
                mistyped |= bit
            }
        }
        return (typed, mistyped, null)
    }
}

extension ObjectReader.Fields {
    /// As ``RecordCounts`` takes it, without the bit of the extra fields, which have one each there.
    @inline(__always)
    var mask: UInt64 { UInt64(intersection(.all).rawValue) }

    /// The number of a single field's bit.
    @inline(__always)
    var index: Int { rawValue.trailingZeroBitCount }

    /// The keys of the fields, by their bits.
    static let names = inOrder.map(\.description.jsonKey)
}

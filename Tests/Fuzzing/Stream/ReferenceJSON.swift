/// A JSON value as a tree.
indirect enum ReferenceValue {
    case object([(key: [UInt32], value: ReferenceValue)])
    case array([ReferenceValue])
    /// Scalars and, where escapes are unpaired, surrogates.
    case string([UInt32])
    /// The literal as written.
    case number(String)
    case bool(Bool)
    case null
}

/// A recursive descent over RFC 8259. When it fails, `position` is at the first byte that no JSON has there.
struct ReferenceJSON {
    enum Failure: Error {
        case invalid
        case tooDeep
        case outOfBytes
    }

    let bytes: [UInt8]
    var position: Int
    let end: Int
    let maximumDepth: Int

    private func peek() throws(Failure) -> UInt8 {
        if position == end { throw .outOfBytes }
        return bytes[position]
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
        if try peek() != UInt8(ascii: character) { throw .invalid }
        position += 1
    }

    private mutating func space() throws(Failure) {
        while [0x20, 0x09, 0x0A, 0x0D].contains(try peek()) { position += 1 }
    }

    /// Reads the value at the position, inside `depth` containers.
    mutating func value(depth: Int) throws(Failure) -> ReferenceValue {
        switch try peek() {
        case UInt8(ascii: "{"):
            if depth == maximumDepth { throw .tooDeep }
            return try object(depth: depth + 1)
        case UInt8(ascii: "["):
            if depth == maximumDepth { throw .tooDeep }
            return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> ReferenceValue {
        var members: [(key: [UInt32], value: ReferenceValue)] = []
        try expect("{")
        try space()
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            let key = try string()
            try space()
            try expect(":")
            try space()
            members.append((key, try value(depth: depth)))
            try space()
            if try peek() == UInt8(ascii: "}") {
                position += 1
                return .object(members)
            }
            try expect(",")
            try space()
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> ReferenceValue {
        var elements: [ReferenceValue] = []
        try expect("[")
        try space()
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            elements.append(try value(depth: depth))
            try space()
            if try peek() == UInt8(ascii: "]") {
                position += 1
                return .array(elements)
            }
            try expect(",")
            try space()
        }
    }

    private mutating func word(_ text: String, _ value: ReferenceValue) throws(Failure) -> ReferenceValue {
        for character in text.unicodeScalars { try expect(character) }
        return value
    }

    private mutating func number() throws(Failure) -> String {
        let start = position
        if try peek() == UInt8(ascii: "-") { position += 1 }
        if try peek() == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if try peek() == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(try peek()) {
            position += 1
            if [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(try peek()) { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(Failure) {
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        if !isDigit(try peek()) { throw .invalid }
        while isDigit(try peek()) { position += 1 }
    }

    private mutating func string() throws(Failure) -> [UInt32] {
        var units: [UInt32] = []
        try expect("\"")
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return joinSurrogates(units)
            case UInt8(ascii: "\\"):
                position += 1
                units.append(try escape())
            case 0x00..<0x20: throw .invalid
            case 0x20..<0x80:
                position += 1
                units.append(UInt32(byte))
            default: units.append(try multibyte(first: byte))
            }
        }
    }

    /// Makes one scalar of each surrogate pair; halves can only come from escapes.
    private func joinSurrogates(_ units: [UInt32]) -> [UInt32] {
        var joined: [UInt32] = []
        for unit in units {
            if (0xDC00...0xDFFF).contains(unit), let high = joined.last, (0xD800...0xDBFF).contains(high) {
                joined[joined.count - 1] = 0x10000 + (high - 0xD800) * 0x400 + (unit - 0xDC00)
            } else {
                joined.append(unit)
            }
        }
        return joined
    }

    private mutating func escape() throws(Failure) -> UInt32 {
        let kind = try peek()
        guard "\"\\/bfnrtu".utf8.contains(kind) else { throw .invalid }
        position += 1
        switch kind {
        case UInt8(ascii: "\""): return 0x22
        case UInt8(ascii: "\\"): return 0x5C
        case UInt8(ascii: "/"): return 0x2F
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        default:
            var unit: UInt32 = 0
            for _ in 0..<4 {
                guard let digit = Character(Unicode.Scalar(try peek())).hexDigitValue else { throw .invalid }
                unit = unit * 16 + UInt32(digit)
                position += 1
            }
            return unit
        }
    }

    /// Asks the standard library; bytes that run out are well-formed so far when some continuation would be.
    private mutating func multibyte(first: UInt8) throws(Failure) -> UInt32 {
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        let available = Array(bytes[position..<min(end, position + length)])
        for count in 1..<length where count <= available.count {
            let isPossible = [UInt8(0x80), 0xBF].contains { filler in
                let filled = available.prefix(count) + Array(repeating: filler, count: length - count)
                return String(validating: filled, as: UTF8.self) != nil
            }
            if !isPossible {
                position += count - 1
                throw .invalid
            }
        }
        if available.count < length { throw .outOfBytes }
        guard let scalar = String(validating: available, as: UTF8.self)?.unicodeScalars.first else {
            position += length - 1
            throw .invalid
        }
        position += length
        return scalar.value
    }
}

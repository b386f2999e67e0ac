/// What an attempt to read one JSON object came to.
enum ObjectOutcome {
    /// The object is a user and takes `length` bytes.
    case user(UserRecord, length: Int)
    /// The object is valid JSON of `length` bytes, but no user. Its name is there when it can be read.
    case notUser(Reject.Reason, userName: UnsafeBufferPointer<UInt8>?, length: Int)
    /// No object begins here, which showed after `examined` bytes.
    case broken(Reject.Reason, examined: Int)
    /// The bytes end before the object does.
    case incomplete
}

/// Reads one JSON object from contiguous bytes and decides whether it is a user.
///
/// One pass: it checks the whole object against RFC 8259 and notes on the way where the five fields of a user are.
/// Their text is decoded and judged only when the object has closed, so that a duplicate key costs nothing and
/// the last one counts, whatever the ones before it held.
struct ObjectReader {
    typealias Position = UnsafePointer<UInt8>

    /// Containers open at once, at most, the object itself among them; 1 to 64.
    let maximumDepth: Int
    /// Room for the decoded strings of one object: as many bytes as an object may have.
    let scratch: UnsafeMutablePointer<UInt8>
    /// Reads what is taken beyond the five fields; nil: nothing is.
    let extras: ExtraFieldReader?
    /// `createdAt` is cut to a multiple of so many microseconds: what the column keeps. See ``StoredTime``.
    var versionUnit: Int64 = 1

    /// The bytes between a string's quotes.
    struct RawString {
        var start: Position
        var count = 0
        var hasEscapes = false
    }

    /// The fields of a user, each a bit.
    struct Fields: OptionSet {
        let rawValue: UInt8
        static let id = Fields(rawValue: 1)
        static let userName = Fields(rawValue: 2)
        static let email = Fields(rawValue: 4)
        static let createdAt = Fields(rawValue: 8)
        static let deleted = Fields(rawValue: 16)
        /// One of the extra fields; ``ExtraFieldReader`` knows which.
        static let extra = Fields(rawValue: 32)
        static let all: Fields = [.id, .userName, .email, .createdAt, .deleted]
        /// With what is reported when the field has the wrong type, in the order in which fields are judged.
        static let inOrder: [(field: Fields, description: UserField)] = [
            (.id, .legacyID), (.userName, .userName), (.email, .email), (.createdAt, .createdAt), (.deleted, .deleted),
        ]
    }

    /// Reads the object that begins at `start`, a `{`, and lies before `end`.
    ///
    /// - Parameters:
    ///   - offset: where in the stream `start` is.
    ///   - counts: takes what a whole object is made of.
    /// - Returns: for a user, a record that points into the object's bytes, or into `scratch`.
    func read(_ start: Position, _ end: Position, offset: Int64, into counts: inout RecordCounts) -> ObjectOutcome {
        do {
            return try readObject(start, end, offset: offset, into: &counts)
        } catch {
            counts.discard()
            switch error {
            case .invalid(let position): return .broken(.invalidJSON, examined: position + 1 - start)
            case .tooDeep(let position): return .broken(.tooDeep, examined: position + 1 - start)
            case .incomplete: return .incomplete
            }
        }
    }

    @inline(__always)
    private func readObject(
        _ start: Position, _ end: Position, offset: Int64, into counts: inout RecordCounts
    ) throws(JSONScanner.Failure) -> ObjectOutcome {
        /// Fields whose last value has the right type, and fields whose last value has not; of these, those that are null.
        var typed: Fields = []
        var mistyped: Fields = []
        var null: Fields = []
        var id: Int64 = 0
        var idLength = 0
        var userName = RawString(start: start)
        var email = RawString(start: start)
        var createdAt = RawString(start: start)
        var deleted = false
        extras?.beginObject()

        var position = try JSONScanner.skipWhitespace(start + 1, end)
        if position.pointee == UInt8(ascii: "}") {
            counts.close(typed: 0, mistyped: 0, null: 0)
            return .notUser(.missingField, userName: nil, length: position + 1 - start)
        }
        while true {
            guard position.pointee == UInt8(ascii: "\"") else { throw .invalid(position) }
            let field: Fields
            (field, position) = try key(position + 1, end, into: &counts)
            position = try JSONScanner.colon(position, end)

            let first = position.pointee
            var isTyped = false
            if field == .extra, let extras {
                position = try extras.readValue(position, end, maximumDepth: maximumDepth)
            } else if first == UInt8(ascii: "\"") {
                let text = position + 1
                let (next, hasEscapes) = try JSONScanner.string(text, end)
                position = next
                let string = RawString(start: text, count: next - text - 1, hasEscapes: hasEscapes)
                switch field {
                case .userName:
                    userName = string
                    isTyped = true
                case .email:
                    email = string
                    isTyped = true
                case .createdAt:
                    createdAt = string
                    isTyped = true
                default:
                    break
                }
            } else if field == .id, first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") <= 9 {
                let (next, integer) = try JSONScanner.number(position, end)
                if let integer {
                    id = integer
                    idLength = next - position
                    isTyped = true
                }
                position = next
            } else if field == .deleted, first == UInt8(ascii: "t") || first == UInt8(ascii: "f") {
                position = try JSONScanner.literal(position, end)
                deleted = first == UInt8(ascii: "t")
                isTyped = true
            } else {
                position = try JSONScanner.value(position, end, depth: 1, maximumDepth: maximumDepth)
            }
            if isTyped {
                typed.insert(field)
                mistyped.remove(field)
            } else {
                typed.remove(field)
                mistyped.insert(field)
                if first == UInt8(ascii: "n") { null.insert(field) } else { null.remove(field) }
                if field.isEmpty { counts.unknown.takeValue(first: first) }
            }

            position = try JSONScanner.skipWhitespace(position, end)
            if position.pointee == UInt8(ascii: "}") { break }
            guard position.pointee == UInt8(ascii: ",") else { throw .invalid(position) }
            position = try JSONScanner.skipWhitespace(position + 1, end)
        }
        let length = position + 1 - start
        count(
            typed, mistyped: mistyped, null: null, idLength: idLength, userName: userName, email: email,
            createdAt: createdAt, into: &counts)

        var room = scratch
        guard typed == .all else {
            let name = typed.contains(.userName) ? Self.decode(userName, to: &room) : nil
            return .notUser(
                Self.refusal(typed: typed, mistyped: mistyped),
                userName: name.flatMap { Self.isUserName($0) ? $0 : nil },
                length: length)
        }
        guard let name = Self.decode(userName, to: &room) else {
            return .notUser(.unstorableText, userName: nil, length: length)
        }
        guard Self.isUserName(name) else { return .notUser(.invalidUserName, userName: nil, length: length) }
        guard let address = Self.decode(email, to: &room) else {
            return .notUser(.unstorableText, userName: name, length: length)
        }
        guard let time = Self.decode(createdAt, to: &room), let microseconds = RFC3339.microseconds(time) else {
            return .notUser(.invalidCreatedAt, userName: name, length: length)
        }
        var extraValues = UnsafeRawBufferPointer(start: nil, count: 0)
        if let extras {
            switch extras.finishObject(decodingInto: &room) {
            case .values(let bytes): extraValues = bytes
            case .refused(let reason): return .notUser(reason, userName: name, length: length)
            }
        }
        counts.deleted += deleted ? 1 : 0
        let user = UserRecord(
            legacyID: id, userName: UnsafeRawBufferPointer(name), email: UnsafeRawBufferPointer(address),
            createdAt: versionUnit == 1 ? microseconds : StoredTime.cut(microseconds, to: versionUnit),
            deleted: deleted, extras: extraValues, offset: offset)
        return .user(user, length: length)
    }

    /// Why an object without all fields well typed is no user: by the first of them, in the order of `Fields.inOrder`.
    @inline(never)
    private static func refusal(typed: Fields, mistyped: Fields) -> Reject.Reason {
        for (field, description) in Fields.inOrder where !typed.contains(field) {
            return mistyped.contains(field) ? description.invalid : .missingField
        }
        return .missingField
    }

    /// Reads a key, of which `start` is the first byte after the quote, up to its closing quote.
    @inline(__always)
    private func key(
        _ start: Position, _ end: Position, into counts: inout RecordCounts
    ) throws(JSONScanner.Failure) -> (field: Fields, next: Position) {
        if end - start > 9 {
            let word = UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
            if word & 0xFF_FFFF == KeyBytes.id { return (.id, start + 3) }
            if word == KeyBytes.userName, start[8] == UInt8(ascii: "\"") { return (.userName, start + 9) }
            if word & 0xFFFF_FFFF_FFFF == KeyBytes.email { return (.email, start + 6) }
            if word == KeyBytes.createdAtHead, start[8] == UInt8(ascii: "t"), start[9] == UInt8(ascii: "\"") {
                return (.createdAt, start + 10)
            }
            if word == KeyBytes.deleted { return (.deleted, start + 8) }
            if let next = counts.unknown.takeExpected(start, word, end) { return ([], next) }
        }
        return try unusualKey(start, end, into: &counts)
    }

    /// Reads a key that is unknown, written with escapes, or close to the end of the bytes.
    @inline(never)
    private func unusualKey(
        _ start: Position, _ end: Position, into counts: inout RecordCounts
    ) throws(JSONScanner.Failure) -> (field: Fields, next: Position) {
        if let extras, let next = extras.expectedKey(start, end) { return (.extra, next) }
        let (next, hasEscapes) = try JSONScanner.string(start, end)
        var room = scratch
        let raw = RawString(start: start, count: next - start - 1, hasEscapes: hasEscapes)
        let name = Self.decode(raw, to: &room)
        if let name {
            for (known, field) in KeyBytes.fields where name.elementsEqual(known) {
                return (Fields(rawValue: field), next)
            }
            if let extras, extras.isKey(name) { return (.extra, next) }
        }
        counts.unknown.take(name)
        return ([], next)
    }

    /// Returns the string's text, in place when it has no escapes, else written to `room`; nil when unstorable.
    @inline(__always)
    static func decode(
        _ string: RawString, to room: inout UnsafeMutablePointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        let raw = UnsafeBufferPointer(start: string.start, count: string.count)
        guard string.hasEscapes else { return raw }
        guard case .text(let byteCount) = JSONScanner.unescape(raw, to: room) else { return nil }
        defer { room += byteCount }
        return UnsafeBufferPointer(start: UnsafePointer(room), count: byteCount)
    }

    /// Whether the text has 1 to 255 Unicode scalars.
    @inline(__always)
    private static func isUserName(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if text.count <= 255 { return text.count > 0 }
        return text.count <= 4 * 255 && text.count { $0 & 0xC0 != 0x80 } <= 255
    }

    /// The known keys as the bytes that follow a key's opening quote, the first byte lowest.
    private enum KeyBytes {
        static var id: UInt64 { 0x22_6469 }
        static var userName: UInt64 { 0x656D_614E_7265_7375 }
        static var email: UInt64 { 0x226C_6961_6D65 }
        static var createdAtHead: UInt64 { 0x4164_6574_6165_7263 }
        static var deleted: UInt64 { 0x2264_6574_656C_6564 }
        static let fields: [(name: [UInt8], field: UInt8)] = Fields.inOrder.map {
            (Array($0.description.jsonKey.utf8), $0.field.rawValue)
        }
    }
}

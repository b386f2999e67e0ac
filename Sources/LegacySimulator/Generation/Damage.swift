import SyncCore

/// A way in which a record inside the stream is not a user.
///
/// No damage and no junk fragment closes an object that it did not open, so no piece left open can ever be completed by what
/// follows it. A piece cut inside a string meets the next quote as the opening quote of a key, and is invalid right there.
/// So by the stream's reading rule every damaged piece is rejected and every whole record around it is found.
struct Damage: Sendable {
    enum Field: Int, Sendable, CaseIterable { case id, userName, email, createdAt, deleted }

    enum Effect: Sendable {
        /// Ends anywhere between the opening brace and the closing one, inside a UTF-8 sequence or an escape too.
        case cut
        /// Puts other bytes in place of the closing brace.
        case ending(String)
        /// Puts other bytes in place of a field's value.
        case value(Field, [UInt8])
        /// Puts other bytes in place of the value of a field beyond the five, by its index.
        case ownValue(Int, [UInt8])
        /// Leaves a field out.
        case missing(Field)
        /// Adds an unknown field with this value.
        case extra([UInt8])
        /// A whole user, but inside another object.
        case nested
    }

    let effect: Effect

    /// A value of another type for one of the fields beyond the five, which must not be empty.
    static func mistyped(_ fields: [UserField], _ random: inout SeededSequence) -> (damage: Damage, field: Int) {
        let field = random.next(below: fields.count)
        let values = otherTypes(than: fields[field].kind)
        return (Damage(effect: .ownValue(field, values[random.next(below: values.count)])), field)
    }

    /// JSON values that a field of this kind cannot hold.
    static func otherTypes(than kind: UserField.Kind) -> [[UInt8]] {
        let values: [String] =
            switch kind {
            case .text: ["5", "true", "[\"a\"]", "{\"a\":\"b\"}"]
            case .integer: ["\"5\"", "1.5", "1e3", "9223372036854775808", "false", "[5]"]
            case .number: ["\"1.5\"", "true", "[1.5]", "{}"]
            case .boolean: ["0", "1", "\"true\"", "[]"]
            case .timestamp: ["1680674828000", "\"yesterday\"", "\"2023-02-30T06:07:08Z\"", "true", "\"\""]
            }
        return values.map { Array($0.utf8) }
    }

    /// The most that a damaged record has beyond a sound one, in bytes.
    static let maximumExcess = oversizedBytes

    /// More than a reader may have to hold for one object (64 KiB).
    private static let oversizedBytes = 70_000

    /// Picks a kind of damage; the large ones come seldom.
    static func pick(_ random: inout SeededSequence) -> Damage {
        if random.oneIn(4) { return Damage(effect: .cut) }
        if random.oneIn(256) { return Damage(effect: .extra(oversized)) }
        return Damage(effect: kinds[random.next(below: kinds.count)])
    }

    private static let oversized: [UInt8] =
        [UInt8(ascii: "\"")] + [UInt8](repeating: UInt8(ascii: "x"), count: oversizedBytes) + [UInt8(ascii: "\"")]

    /// Every kind but `.cut` and the oversized one.
    static let kinds: [Effect] = endings + identifiers + strings + dates + flags + structures

    private static let endings: [Effect] = ["", ",}", "]", "\"}", ":}", " true}"].map { .ending($0) }

    private static let identifiers: [Effect] =
        [.missing(.id)]
        + [
            "null", "true", "\"1\"", "1.5", "1.0", "1e3", "9223372036854775808", "-9223372036854775809", "01", "+1",
            "-", "0x1F",
            "NaN", "[1]", "",
        ].map { .value(.id, Array($0.utf8)) }

    private static let strings: [Effect] = {
        var effects: [Effect] = [.missing(.userName), .missing(.email), .value(.userName, Array("\"\"".utf8))]
        for count in [256, 300, 2000] {
            effects.append(.value(.userName, Array("\"\(String(repeating: "x", count: count))\"".utf8)))
        }
        effects.append(.value(.userName, Array("\"\(String(repeating: "😀", count: 256))\"".utf8)))
        let unstorable: [[UInt8]] =
            [
                "\\u0000", "a\\u0000b", "\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\ud83dx", "\\ud83d\\u0041", "\\q",
                "\\x41", "\\u12",
                "\\u12G4", "\\U0041", "a\nb", "a\u{1}b", "\u{0}",
            ].map { Array($0.utf8) } + [
                [0xC3, 0x28], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80],
                [0xFF, 0xFE],
                [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            ]
        let mistyped = ["null", "5", "true", "[]", "{}", "'ana'", "ana", "{\"first\":\"ana\"}"].map { Array($0.utf8) }
        let quote = [UInt8(ascii: "\"")]
        for field in [Field.userName, .email] {
            effects += unstorable.map { .value(field, quote + $0 + quote) }
            effects += mistyped.map { .value(field, $0) }
        }
        return effects
    }()

    private static let dates: [Effect] =
        [.missing(.createdAt)]
        + [
            "null", "1680674828000", "\"\"", "\"yesterday\"", "\"2023-04-05\"", "\"2023-04-05T06:07:08\"",
            "\"2023-04-05 06:07\"",
            "\"2023-02-29T06:07:08.000Z\"", "\"2023-02-30T06:07:08.000Z\"", "\"1900-02-29T06:07:08Z\"",
            "\"2023-13-01T06:07:08Z\"",
            "\"2023-00-01T06:07:08Z\"", "\"2023-01-00T06:07:08Z\"", "\"2023-04-31T06:07:08Z\"",
            "\"2023-04-05T24:00:00Z\"",
            "\"2023-04-05T06:60:08Z\"", "\"2023-04-05T06:07:61Z\"", "\"2023-04-05T06:07:08.Z\"",
            "\"2023-04-05T06:07:08,5Z\"",
            "\"2023-04-05T06:07:08.1234567890Z\"", "\"2023-04-05T06:07:08+24:00\"", "\"2023-04-05T06:07:08+0200\"",
            "\"2023-04-05T06:07:08+02:60\"", "\"2023-04-05T06:07:08.000Zx\"", "\"23-04-05T06:07:08Z\"",
            "\"2023-4-5T06:07:08Z\"",
            "\"02023-04-05T06:07:08Z\"", "\" 2023-04-05T06:07:08Z\"", "\"２０２３-04-05T06:07:08Z\"",
        ].map { .value(.createdAt, Array($0.utf8)) }

    private static let flags: [Effect] =
        [.missing(.deleted)]
        + ["null", "0", "1", "\"false\"", "\"true\"", "False", "tru", "truefalse", "[]", "false/* no */"].map {
            .value(.deleted, Array($0.utf8))
        }

    private static let structures: [Effect] = [
        .nested,
        .extra(Array((String(repeating: "[", count: 40) + String(repeating: "]", count: 40)).utf8)),
        .extra(Array("[1,]".utf8)), .extra(Array("{\"a\"}".utf8)), .extra(Array("{,}".utf8)), .extra(Array(".5".utf8)),
        .extra(Array("1.".utf8)), .extra(Array("undefined".utf8)), .extra(Array("\"a\" \"b\"".utf8)),
    ]
}

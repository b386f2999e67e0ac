import SyncCore

extension RecordWriter {
    /// Writes a record in the many ways JSON allows, or damaged.
    func writeLooseRecord(_ plan: UserPlan, damage: Damage?, to writer: inout ByteWriter) {
        var random = SeededSequence(plan.form)
        let start = writer.count
        if case .nested = damage?.effect { writer.write("{\"data\":") }
        writer.write(byte: UInt8(ascii: "{"))
        var order = Damage.Field.allCases
        if profile.extraFields { shuffle(&order, &random) }
        var isFirst = true
        let isOwnFirst = !ownKeys.isEmpty && profile.extraFields && random.oneIn(2)
        if isOwnFirst { writeOwnFields(plan, damage, &isFirst, &random, to: &writer) }
        for field in order {
            if case .missing(field) = damage?.effect { continue }
            if profile.extraFields { writeUnknownFields(before: field, &isFirst, &random, to: &writer) }
            writeKey(field, &isFirst, &random, to: &writer)
            if case .value(field, let bytes) = damage?.effect {
                writer.write(bytes)
            } else {
                writeValue(of: field, plan, &random, to: &writer)
            }
            writeSpace(&random, to: &writer)
        }
        if !isOwnFirst { writeOwnFields(plan, damage, &isFirst, &random, to: &writer) }
        writeEnd(damage, start: start, &random, to: &writer)
    }

    private func writeEnd(_ damage: Damage?, start: Int, _ random: inout SeededSequence, to writer: inout ByteWriter) {
        switch damage?.effect {
        case .ending(let bytes):
            writer.write(Array(bytes.utf8))
        case .extra(let value):
            writer.write(",\"padding\":")
            writer.write(value)
            writer.write(byte: UInt8(ascii: "}"))
        case .nested:
            writer.write("}}")
        case .cut:
            writer.truncate(to: start + 1 + random.next(below: writer.count - start))
        case .value, .ownValue, .missing, nil:
            writer.write(byte: UInt8(ascii: "}"))
        }
    }

    private func writeValue(
        of field: Damage.Field, _ plan: UserPlan, _ random: inout SeededSequence, to writer: inout ByteWriter
    ) {
        switch field {
        case .id:
            writer.write(decimal: plan.legacyID)
        case .userName:
            writer.write(byte: UInt8(ascii: "\""))
            writeUserName(plan.identity, spelling(plan), to: &writer)
            writer.write(byte: UInt8(ascii: "\""))
        case .email:
            writer.write(byte: UInt8(ascii: "\""))
            writeEmail(plan, spelling(plan), to: &writer)
            writer.write(byte: UInt8(ascii: "\""))
        case .createdAt:
            writer.write(byte: UInt8(ascii: "\""))
            writeDate(plan.createdAt, &random, to: &writer)
            writer.write(byte: UInt8(ascii: "\""))
        case .deleted:
            if plan.deleted { writer.write("true") } else { writer.write("false") }
        }
    }

    private func writeOwnFields(
        _ plan: UserPlan, _ damage: Damage?, _ isFirst: inout Bool, _ random: inout SeededSequence,
        to writer: inout ByteWriter
    ) {
        for (index, key) in ownKeys.enumerated() {
            let value = own.value(index, of: plan)
            let other: [UInt8]? = if case .ownValue(index, let bytes) = damage?.effect { bytes } else { nil }
            if value == .absent && other == nil { continue }
            writeComma(&isFirst, &random, to: &writer)
            writer.write(key)
            writeColon(&random, to: &writer)
            switch (other, value) {
            case (let other?, _): writer.write(other)
            case (nil, .value(let bits)):
                writeOwnValue(own.fields[index].kind, bits, spelling(plan), to: &writer)
            case (nil, .null), (nil, .absent): writer.write("null")
            }
            writeSpace(&random, to: &writer)
        }
    }

    private func writeDate(_ date: Timestamp, _ random: inout SeededSequence, to writer: inout ByteWriter) {
        guard profile.variedDates else { return date.write(to: &writer, digits: 3) }
        let least =
            date.microseconds % 1_000_000 == 0 ? 0 : date.microseconds % 1000 == 0 ? 3 : 6
        let digits = least + random.next(below: 10 - least)
        let offsets = [nil, nil, 0, -180, 330, 840, -720, 345, 1439, -1]
        date.write(
            to: &writer, digits: digits, offsetMinutes: offsets[random.next(below: offsets.count)],
            tail: random.next(below: 500))
    }

    private func writeKey(
        _ field: Damage.Field, _ isFirst: inout Bool, _ random: inout SeededSequence, to writer: inout ByteWriter
    ) {
        writeComma(&isFirst, &random, to: &writer)
        let isEscaped = profile.extraFields && random.oneIn(16)
        switch field {
        case .id: if isEscaped { writer.write("\"\\u0069d\"") } else { writer.write("\"id\"") }
        case .userName: if isEscaped { writer.write("\"user\\u004Eame\"") } else { writer.write("\"userName\"") }
        case .email: if isEscaped { writer.write("\"\\u0065mail\"") } else { writer.write("\"email\"") }
        case .createdAt: if isEscaped { writer.write("\"created\\u0041t\"") } else { writer.write("\"createdAt\"") }
        case .deleted: if isEscaped { writer.write("\"delete\\u0064\"") } else { writer.write("\"deleted\"") }
        }
        writeColon(&random, to: &writer)
    }

    private func writeComma(_ isFirst: inout Bool, _ random: inout SeededSequence, to writer: inout ByteWriter) {
        if !isFirst { writer.write(byte: UInt8(ascii: ",")) }
        isFirst = false
        writeSpace(&random, to: &writer)
    }

    private func writeColon(_ random: inout SeededSequence, to writer: inout ByteWriter) {
        writeSpace(&random, to: &writer)
        writer.write(byte: UInt8(ascii: ":"))
        writeSpace(&random, to: &writer)
    }

    private func writeSpace(_ random: inout SeededSequence, to writer: inout ByteWriter) {
        guard profile.whitespace else { return }
        switch random.next(below: 8) {
        case 0: writer.write("\n")
        case 1: writer.write("\t")
        case 2: writer.write("\r\n")
        case 3: writer.write("    ")
        case 4: writer.write(" ")
        default: break
        }
    }

    /// Fields no reader knows, and now and then an earlier value of the known field that follows: the last one counts.
    private func writeUnknownFields(
        before field: Damage.Field, _ isFirst: inout Bool, _ random: inout SeededSequence, to writer: inout ByteWriter
    ) {
        if random.oneIn(3) {
            writeComma(&isFirst, &random, to: &writer)
            writer.write(unknownFields[random.next(below: unknownFields.count)])
        }
        guard random.oneIn(32) else { return }
        writeComma(&isFirst, &random, to: &writer)
        switch field {
        case .id: writer.write("\"id\":\"before\"")
        case .userName: writer.write("\"userName\":null")
        case .email: writer.write("\"email\":\"before@example.com\"")
        case .createdAt: writer.write("\"createdAt\":\"2099-01-01T00:00:00.000Z\"")
        case .deleted: writer.write("\"deleted\":[true]")
        }
    }

    static let allUnknownFields: [StaticString] = [
        "\"lastLogin\":null", "\"roles\":[\"admin\",\"ops\"]", "\"score\":-12.75e+2", "\"zero\":-0.0", "\"\":0",
        "\"Id\":7",
        "\"ID\":\"x\"", "\"username\":\"wrong case\"", "\"createdat\":\"\"", "\"id \":3", "\"deletedAt\":null",
        "\"empty\":{}",
        "\"list\":[]", "\"note\":\"{\\\"id\\\":1,\\\"userName\\\":\\\"x\\\"}\"", "\"quote\":\"\\\"\"",
        "\"slash\":\"\\\\\"",
        "\"usuário\":\"ação\"",
        "\"profile\":{\"city\":\"São Paulo\",\"tags\":{\"a\":[1,2.5e-3,true,{\"deleted\":true}]}}",
        "\"deep\":[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]", "\"big\":123456789012345678901234567890", "\"tab\":\"a\\tb\"",
    ]

    private func shuffle(_ order: inout [Damage.Field], _ random: inout SeededSequence) {
        for index in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(index, random.next(below: index + 1)) }
    }
}

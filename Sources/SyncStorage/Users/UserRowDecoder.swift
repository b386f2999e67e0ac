import Postgres
import SyncCore

/// Reads rows of the users table, as a sync compares them, out of a binary COPY.
struct UserRowDecoder {
    /// The columns in the order of ``ExtraFields/all``, which the decoder expects.
    static func columns(_ extraFields: ExtraFields) -> SQL { .list(extraFields.all.map(\.readable)) }

    /// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's `timestamptz` begins.
    private static let epoch: Int64 = 946_684_800_000_000

    private let extraFields: ExtraFields
    private let line: ExtraLine?
    private var reader: BinaryCopyReader

    init(_ extraFields: ExtraFields) {
        self.extraFields = extraFields
        line = extraFields.isEmpty ? nil : ExtraLine()
        reader = BinaryCopyReader(fieldCount: extraFields.all.count)
    }

    /// Takes a chunk of whole rows, as `PostgresConnection.copyOut` hands them out.
    mutating func decode(_ chunk: [UInt8], _ body: (TableUser) throws -> Void) throws {
        let (extraFields, line) = (extraFields, line)
        try reader.rows(of: chunk) { try body(Self.user(&$0, extraFields, line)) }
    }

    private static func user(
        _ fields: inout BinaryCopyReader.Fields, _ extraFields: ExtraFields, _ line: ExtraLine?
    ) throws -> TableUser {
        guard let userName = try fields.next() else { throw UserTableError.unreadable("a user without a name") }
        let legacyID = try fields.next(as: Int64.self)
        let email = try fields.next()
        // The extremes stand for "infinity", which no record has.
        let createdAt = try fields.next(as: Int64.self).map(time)
        let deleted = try fields.next(as: UInt8.self).map { $0 != 0 }
        if let line {
            line.removeAll()
            for field in extraFields.fields { try append(field.kind, &fields, to: line) }
        }
        return TableUser(
            UserRecord(
                legacyID: legacyID ?? 0, userName: userName,
                email: email ?? UnsafeRawBufferPointer(start: nil, count: 0),
                createdAt: createdAt ?? 0, deleted: deleted ?? false,
                extras: line?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)),
            hasNull: legacyID == nil || email == nil || createdAt == nil || deleted == nil)
    }

    /// Writes an extra value as the parser does, so that equal values have equal bytes.
    private static func append(
        _ kind: UserField.Kind, _ fields: inout BinaryCopyReader.Fields, to line: ExtraLine
    ) throws {
        switch kind {
        case .text: try fields.next().map(line.append(text:)) ?? line.appendNull()
        case .number: try fields.next().map(line.append(number:)) ?? line.appendNull()
        case .integer: try fields.next(as: Int64.self).map(line.append(integer:)) ?? line.appendNull()
        case .boolean: try fields.next(as: UInt8.self).map { line.append(boolean: $0 != 0) } ?? line.appendNull()
        case .timestamp: try fields.next(as: Int64.self).map { line.append(integer: time($0)) } ?? line.appendNull()
        }
    }

    /// Microseconds since 1970 of a `timestamptz`.
    private static func time(_ wire: Int64) -> Int64 {
        wire == .min ? .min : wire.addingReportingOverflow(epoch).overflow ? .max : wire + epoch
    }
}

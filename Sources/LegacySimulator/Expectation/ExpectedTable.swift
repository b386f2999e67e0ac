import SyncCore

/// The `users` table as it must be after one whole sync: for each user name the newest record, on a tie the later one.
///
/// It is folded from the same plans that the stream is written from; nothing is parsed.
struct ExpectedTable {
    let profile: DataProfile
    /// The record that wins for each row; unordered until ``sortByUserName()``.
    private(set) var winners: [Int]
    private let planner: UserPlanner
    private let records: RecordWriter

    private enum Form { case copy, digest }

    init(_ profile: DataProfile) {
        self.profile = profile
        planner = UserPlanner(profile)
        records = RecordWriter(profile)
        let none = -1
        var winnerOfIdentity = [Int](repeating: none, count: profile.users)
        var newest = [Int](repeating: Int.min, count: profile.users)
        for record in 0..<profile.users {
            let plan = planner.plan(record)
            guard plan.createdAt.microseconds >= newest[plan.identity] else { continue }
            newest[plan.identity] = plan.createdAt.microseconds
            winnerOfIdentity[plan.identity] = record
        }
        winners = winnerOfIdentity.filter { $0 != none }
    }

    var count: Int { winners.count }

    var deletedCount: Int { winners.count { planner.plan($0).deleted } }

    /// Sorts rows by the bytes of their user names, as PostgreSQL does with `COLLATE "C"`.
    mutating func sortByUserName() {
        var names: [UInt8] = []
        names.reserveCapacity(winners.count * 24)
        var rows: [(prefix: UInt64, start: Int, end: Int, record: Int)] = []
        rows.reserveCapacity(winners.count)
        for record in winners {
            let start = names.count
            withScratch { writer in
                records.writeUserName(planner.identity(of: record), .value, to: &writer)
                names.append(contentsOf: writer.written)
            }
            var prefix: UInt64 = 0
            for index in start..<start + 8 { prefix = prefix << 8 | (index < names.count ? UInt64(names[index]) : 0) }
            rows.append((prefix, start, names.count, record))
        }
        names.withUnsafeBufferPointer { names in
            rows.sort { left, right in
                if left.prefix != right.prefix { return left.prefix < right.prefix }
                return names[left.start..<left.end].lexicographicallyPrecedes(names[right.start..<right.end])
            }
        }
        winners = rows.map(\.record)
    }

    /// Hands over each row as a line of PostgreSQL's COPY text format: legacy id, user name, email, creation, deleted, and the fields
    /// beyond these.
    func forEachCopyLine(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try forEachRow { plan, name, email, writer in
            writer.write(decimal: plan.legacyID)
            writer.write(byte: UInt8(ascii: "\t"))
            Self.writeEscapedForCopy(name, to: &writer)
            writer.write(byte: UInt8(ascii: "\t"))
            Self.writeEscapedForCopy(email, to: &writer)
            writer.write(byte: UInt8(ascii: "\t"))
            plan.createdAt.write(to: &writer, digits: 6)
            writer.write(byte: UInt8(ascii: "\t"))
            writer.write(byte: UInt8(ascii: plan.deleted ? "t" : "f"))
            writeOwn(of: plan, .copy, to: &writer)
            writer.write(byte: UInt8(ascii: "\n"))
            try body(writer.written)
        }
    }

    /// Hands over each row as the digest sees it: the same columns, joined by tabs, without escapes and line end. A value beyond the
    /// five fields has `=` before it, and NULL is `-`.
    func forEachDigestLine(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try forEachRow { plan, name, email, writer in
            writer.write(decimal: plan.legacyID)
            writer.write(byte: UInt8(ascii: "\t"))
            writer.write(name)
            writer.write(byte: UInt8(ascii: "\t"))
            writer.write(email)
            writer.write(byte: UInt8(ascii: "\t"))
            plan.createdAt.write(to: &writer, digits: 6)
            writer.write(byte: UInt8(ascii: "\t"))
            writer.write(byte: UInt8(ascii: plan.deleted ? "t" : "f"))
            writeOwn(of: plan, .digest, to: &writer)
            try body(writer.written)
        }
    }

    private func writeOwn(of plan: UserPlan, _ form: Form, to writer: inout ByteWriter) {
        for (index, field) in records.own.fields.enumerated() {
            writer.write(byte: UInt8(ascii: "\t"))
            guard case .value(let bits) = records.own.value(index, of: plan) else {
                if form == .copy { writer.write("\\N") } else { writer.write("-") }
                continue
            }
            guard form == .copy else {
                writer.write("=")
                records.writeOwnValue(field.kind, bits, .value, to: &writer)
                continue
            }
            withScratch { value in
                records.writeOwnValue(field.kind, bits, .value, to: &value)
                Self.writeEscapedForCopy(value.written, to: &writer)
            }
        }
    }

    private func forEachRow(
        _ body: (UserPlan, _ name: UnsafeRawBufferPointer, _ email: UnsafeRawBufferPointer, inout ByteWriter) throws ->
            Void
    ) rethrows {
        for record in winners {
            let plan = planner.plan(record)
            try withScratch { name in
                records.writeUserName(plan.identity, .value, to: &name)
                try withScratch { email in
                    records.writeEmail(plan, .value, to: &email)
                    try withScratch { writer in try body(plan, name.written, email.written, &writer) }
                }
            }
        }
    }

    private func withScratch<R>(_ body: (inout ByteWriter) throws -> R) rethrows -> R {
        try withUnsafeTemporaryAllocation(byteCount: 2 * records.maximumBytes, alignment: 16) { memory in
            guard var writer = ByteWriter(memory) else { preconditionFailure("the allocation above is not empty") }
            return try body(&writer)
        }
    }

    private static func writeEscapedForCopy(_ bytes: UnsafeRawBufferPointer, to writer: inout ByteWriter) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"): writer.write("\\\\")
            case 0x08: writer.write("\\b")
            case 0x09: writer.write("\\t")
            case 0x0A: writer.write("\\n")
            case 0x0B: writer.write("\\v")
            case 0x0C: writer.write("\\f")
            case 0x0D: writer.write("\\r")
            default: writer.write(byte: byte)
            }
        }
    }
}

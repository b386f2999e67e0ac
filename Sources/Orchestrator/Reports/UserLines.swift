import SyncStorage

/// Users as lines, one per user, for files and programs. The formats are stable.
struct UserLines {
    enum Format: String, CaseIterable, Sendable {
        /// One object per line, members sorted by name as in all JSON output.
        case jsonl
        /// A header, then one line per user.
        case csv
    }

    let format: Format
    private let names: [String]
    /// The keys in sorted order, each with the index of its value.
    private let members: [(key: [UInt8], place: Int)]

    /// - Parameter extraColumns: the columns of the extra fields, which each user has.
    init(format: Format, extraColumns: [String] = []) {
        self.format = format
        names = UserDocument.names + extraColumns
        members = names.enumerated().sorted { $0.element < $1.element }.map {
            (key: Array("\"\($0.element)\":".utf8), place: $0.offset)
        }
    }

    /// The bytes before the first user.
    var heading: [UInt8] {
        switch format {
        case .jsonl: []
        case .csv: Array((names.joined(separator: ",") + "\n").utf8)
        }
    }

    func append(_ user: StoredUser, to buffer: inout [UInt8]) {
        let values = UserDocument(user: user).values
        switch format {
        case .jsonl:
            for (number, member) in members.enumerated() {
                buffer.append(UInt8(ascii: number == 0 ? "{" : ","))
                buffer += member.key
                Self.append(json: values[member.place], to: &buffer)
            }
            buffer.append(UInt8(ascii: "}"))
        case .csv:
            for (number, value) in values.enumerated() {
                if number > 0 { buffer.append(UInt8(ascii: ",")) }
                Self.append(csv: value, to: &buffer)
            }
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Written by hand: an export may hold a million users, and `JSONEncoder` is many times slower.
    private static func append(json value: UserDocument.Value, to buffer: inout [UInt8]) {
        switch value {
        case .integer(let number): buffer += String(number).utf8
        case .text(let text), .time(let text), .number(let text): buffer.appendJSON(text)
        case .boolean(let flag): buffer += String(flag).utf8
        case .null: buffer += "null".utf8
        }
    }

    /// Only text comes from the source and can be a formula. Null is an empty cell.
    private static func append(csv value: UserDocument.Value, to buffer: inout [UInt8]) {
        switch value {
        case .integer(let number): buffer += String(number).utf8
        case .text(let text): buffer.appendCSV(text)
        case .time(let text), .number(let text): buffer += text.utf8
        case .boolean(let flag): buffer += String(flag).utf8
        case .null: break
        }
    }
}

import SyncStorage

/// Users a line each, for files and programs. The forms are stable.
struct UserLines {
    enum Format: String, CaseIterable, Sendable {
        /// An object a line, with its members sorted by name, as everywhere.
        case jsonl
        /// A line of names, then one for each user.
        case csv
    }

    let format: Format

    /// What comes before the first user.
    var heading: [UInt8] {
        switch format {
        case .jsonl: []
        case .csv: Array((UserDocument.names.joined(separator: ",") + "\n").utf8)
        }
    }

    func append(_ user: StoredUser, to buffer: inout [UInt8]) {
        let values = UserDocument(user: user).values
        switch format {
        case .jsonl:
            for (number, member) in Self.members.enumerated() {
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

    /// Written by hand, as a million users are: `JSONEncoder` takes many times as long.
    private static func append(json value: UserDocument.Value, to buffer: inout [UInt8]) {
        switch value {
        case .integer(let number): buffer += String(number).utf8
        case .text(let text), .time(let text): buffer.appendJSON(text)
        case .boolean(let flag): buffer += String(flag).utf8
        case .null: buffer += "null".utf8
        }
    }

    /// Only texts are the source's own, and could be formulas. What there is not is empty.
    private static func append(csv value: UserDocument.Value, to buffer: inout [UInt8]) {
        switch value {
        case .integer(let number): buffer += String(number).utf8
        case .text(let text): buffer.appendCSV(text)
        case .time(let text): buffer += text.utf8
        case .boolean(let flag): buffer += String(flag).utf8
        case .null: break
        }
    }

    /// The keys in their order, each with the place of its value.
    private static let members = UserDocument.names.enumerated().sorted { $0.element < $1.element }.map {
        (key: Array("\"\($0.element)\":".utf8), place: $0.offset)
    }
}

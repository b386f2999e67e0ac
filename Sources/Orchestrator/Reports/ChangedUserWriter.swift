import ServiceRuntime
import SyncCore
import SyncStorage

/// Writes changed users to standard output, a line each.
struct ChangedUserWriter: ChangedUserSink {
    private let format: ChangeReport.Format
    private let write: @Sendable ([UInt8]) async throws -> Void
    private var buffer: [UInt8] = []

    /// - Parameter write: takes whole lines; while it waits, nothing more is read.
    init(format: ChangeReport.Format, write: @escaping @Sendable ([UInt8]) async throws -> Void) {
        self.format = format
        self.write = write
        if format == .csv { buffer += Array("user_name,change\n".utf8) }
    }

    mutating func receive(_ user: ChangedUser) {
        switch format {
        case .text: appendText(user)
        case .json: appendJSON(user)
        case .csv: appendCSV(user)
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Writes what has been collected. The reader calls it after each of its chunks, so that the buffer is about as large as one.
    nonisolated(nonsending) mutating func flush() async throws {
        guard !buffer.isEmpty else { return }
        try await write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func appendText(_ user: ChangedUser) {
        let word = user.change == .newlyDeleted ? "newly deleted" : user.change.rawValue
        buffer += (word + String(repeating: " ", count: 15 - word.utf8.count)).utf8
        // Names are the source's: a terminal must not obey them.
        buffer += TextWidth.printable(String(decoding: user.userName, as: UTF8.self)).utf8
    }

    private mutating func appendJSON(_ user: ChangedUser) {
        buffer += #"{"change":""#.utf8
        buffer += user.change.rawValue.utf8
        buffer += #"","user_name":""#.utf8
        for scalar in String(decoding: user.userName, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"", "\\":
                buffer.append(UInt8(ascii: "\\"))
                buffer += String(scalar).utf8
            case _ where PrintableText.isPrintable(scalar): buffer += String(scalar).utf8
            // A terminal must not obey it.
            default: buffer += PrintableText.jsonEscape(scalar).utf8
            }
        }
        buffer += #""}"#.utf8
    }

    /// By RFC 4180: a value in quotes where it needs them, and quotes in it doubled. What a terminal could obey is replaced. A value that a spreadsheet would run as a formula
    /// gets an apostrophe before it, as [OWASP advises](https://owasp.org/www-community/attacks/CSV_Injection).
    private mutating func appendCSV(_ user: ChangedUser) {
        let name = PrintableText.line(String(decoding: user.userName, as: UTF8.self), limit: .max)
        let quote = UInt8(ascii: "\"")
        // What no terminal may obey has become a space or a question mark: it was there, whatever it began.
        let isFormula =
            name.unicodeScalars.first.map(Self.formulaStarts.contains) ?? false
            || user.userName.first.map { $0 < 0x20 } ?? false
        let special: [UInt8] = [quote, UInt8(ascii: ","), UInt8(ascii: " ")]
        if isFormula || name.utf8.contains(where: special.contains) {
            buffer.append(quote)
            if isFormula { buffer.append(UInt8(ascii: "'")) }
            for byte in name.utf8 {
                if byte == quote { buffer.append(quote) }
                buffer.append(byte)
            }
            buffer.append(quote)
        } else {
            buffer += name.utf8
        }
        buffer.append(UInt8(ascii: ","))
        buffer += user.change.rawValue.utf8
    }

    /// Some spreadsheets read the full-width forms as the plain ones.
    private static let formulaStarts = Array("=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars)
}

import ServiceRuntime
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
        buffer += #"","user_name":"#.utf8
        buffer.appendJSON(String(decoding: user.userName, as: UTF8.self))
        buffer.append(UInt8(ascii: "}"))
    }

    private mutating func appendCSV(_ user: ChangedUser) {
        buffer.appendCSV(String(decoding: user.userName, as: UTF8.self))
        buffer.append(UInt8(ascii: ","))
        buffer += user.change.rawValue.utf8
    }
}

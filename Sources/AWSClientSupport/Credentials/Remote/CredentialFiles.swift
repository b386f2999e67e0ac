import Foundation

/// Reads the small local files that credentials come from; a value, so that tests need no disk.
package struct CredentialFiles: Sendable {
    /// The file's bytes; `nil` when it is not there or cannot be read.
    package var read: @Sendable (_ path: String) -> [UInt8]?

    package init(read: @escaping @Sendable (_ path: String) -> [UInt8]?) {
        self.read = read
    }

    /// The disk. A few kilobytes, read once per fetch: not worth a thread of its own.
    package static let live = CredentialFiles { path in
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        return (try? file.read(upToCount: 1 << 20)).map { Array($0) }
    }

    /// The file's text without white space around it; `nil` when there is none.
    func token(_ path: String) -> String? {
        guard let bytes = read(path) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }
}

import Foundation
import Glibc

/// A folder for a test's files. It goes with ``remove()``, or at the latest with the test process, however that ends.
package struct TemporaryFolder: Sendable {
    /// The folder's absolute path.
    package let path: String

    /// Makes a new, empty folder that only this user may look into.
    package init(prefix: String = "folder") throws {
        var template = Array("\(try ProcessGuardian.shared().folder)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestSupportError.system("mkdtemp", errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The path of a file in this folder.
    package func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file into this folder and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
        return file(name)
    }

    /// Removes the folder with all that is in it; fine when it is gone already.
    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}

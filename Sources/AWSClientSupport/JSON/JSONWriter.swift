/// Writes one JSON document straight into a byte buffer.
///
/// Commas place themselves. What is written must be called in the order of the document; the writer
/// keeps no stack, so that a message body is copied exactly once: from its own bytes into the request.
package struct JSONWriter: Sendable {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []

    package init(reservingCapacity capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
    }

    package mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
    }

    package mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
    }

    package mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
    }

    /// Writes a member's name and its colon.
    package mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    package mutating func string(_ value: String) {
        separate()
        var value = value
        value.withUTF8 { appendQuoted(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a string from its UTF-8 bytes.
    ///
    /// - Parameter utf8: Valid UTF-8. It is not checked again here; bytes that are not valid make a document that is not.
    package mutating func string(utf8: [UInt8]) {
        separate()
        utf8.withUnsafeBytes { appendQuoted($0) }
    }

    package mutating func integer(_ value: Int) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes a number that need not be whole; one that JSON cannot say (infinite, or not a number) becomes `null`.
    package mutating func number(_ value: Double) {
        guard value.isFinite else {
            separate()
            bytes.append(contentsOf: "null".utf8)
            return
        }
        if let whole = Int(exactly: value) { return integer(whole) }
        separate()
        bytes.append(contentsOf: "\(value)".utf8)
    }

    package mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    package mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        integer(value)
    }

    package mutating func member(_ name: String, _ values: [String]) {
        self.name(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    /// Writes an object of strings, with its names sorted, so that equal values give equal bytes.
    package mutating func member(_ name: String, _ values: [String: String]) {
        self.name(name)
        beginObject()
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { member(key, value) }
        endObject()
    }

    /// A value always ends in a byte that is none of these three, so the last byte alone says whether a comma is due.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func appendQuoted(_ source: UnsafeRawBufferPointer) {
        let extra = JSONEscaping.extraBytes(for: source)
        let start = bytes.count
        let length = source.count + extra + 2
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "\""), count: length))
        guard !source.isEmpty else { return }
        bytes.withUnsafeMutableBytes { buffer in
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[(start + 1)..<(start + length - 1)])
            if extra == 0 {
                target.copyMemory(from: source)
            } else {
                JSONEscaping.escape(source, into: target)
            }
        }
    }
}

/// Writes the values of one user's extra fields as a message's line holds them: a tab before each, in the fields' order.
///
/// | type | written as |
/// | --- | --- |
/// | any, NULL | `\N` |
/// | text | its bytes with the format's escapes |
/// | integer | decimal |
/// | number | ``CanonicalNumber`` |
/// | boolean | `t` or `f` |
/// | timestamp | microseconds since 1970-01-01T00:00:00Z |
///
/// Equal values have equal bytes, and NULL differs from an empty text, so that the delta compares these bytes. The memory is used
/// again for every user.
package final class ExtraLine {
    private var memory: UnsafeMutableRawBufferPointer
    private var count = 0

    package init() {
        memory = .allocate(byteCount: 512, alignment: 8)
    }

    deinit {
        memory.deallocate()
    }

    /// What was appended; valid until the next change.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Begins the next user.
    package func removeAll() { count = 0 }

    package func appendNull() {
        append(room: 2) { output in
            output.storeBytes(of: FormatByte.backslash, as: UInt8.self)
            output.storeBytes(of: FormatByte.nullLetter, toByteOffset: 1, as: UInt8.self)
            return 2
        }
    }

    /// - Parameter text: UTF-8 without NUL.
    package func append(text: UnsafeRawBufferPointer) {
        append(room: 4 * text.count + MessageEncoder.slack) { MessageEncoder.writeText(text, to: $0) }
    }

    /// Also a time, in microseconds.
    package func append(integer: Int64) {
        append(room: DecimalDigits.longest + DecimalDigits.slack) { DecimalDigits.write(integer, to: $0) }
    }

    /// - Parameter text: a number as JSON or PostgreSQL writes it. What else PostgreSQL has, such as `NaN`, is kept as a text
    ///   that equals no number.
    package func append(number text: UnsafeRawBufferPointer) {
        append(room: 4 * text.count + CanonicalNumber.slack) { output in
            CanonicalNumber.write(text, to: output) ?? MessageEncoder.writeText(text, to: output)
        }
    }

    package func append(boolean: Bool) {
        append(room: 1) { output in
            output.storeBytes(of: boolean ? FormatByte.t : FormatByte.f, as: UInt8.self)
            return 1
        }
    }

    /// Writes a tab and a value.
    @inline(__always)
    private func append(room: Int, _ write: (UnsafeMutableRawPointer) -> Int) {
        if memory.count - count < room + 1 { grow(by: room + 1) }
        guard let start = memory.baseAddress else { return }  // There is memory from the beginning.
        start.storeBytes(of: FormatByte.tab, toByteOffset: count, as: UInt8.self)
        count += 1
        count += write(start + count)
    }

    @inline(never)
    private func grow(by room: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(2 * memory.count, count + room), alignment: 8)
        larger.copyMemory(from: bytes)
        memory.deallocate()
        memory = larger
    }
}

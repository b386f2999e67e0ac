/// The order of user names: that of their bytes, which is the order of the table's index too.
///
/// Eight bytes are compared at once, as a number. Shorter names are filled up with zeros, which is right because a name holds no NUL.
enum NameOrder {
    /// The eight bytes of a name from `offset` on, as a number that sorts as they do.
    @inline(__always)
    static func word(of name: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        if name.count >= offset + 8 {
            return UInt64(bigEndian: name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        var value: UInt64 = 0
        for index in offset..<offset + 8 {
            value = value << 8 | (index < name.count ? UInt64(name[index]) : 0)
        }
        return value
    }

    /// Compares two names from `offset` on; what is before is taken for equal.
    /// - Returns: a number below, equal to or above 0 as `left` comes before, equals or comes after `right`.
    static func compare(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, from offset: Int = 0
    ) -> Int {
        var index = offset
        while index < left.count, index < right.count {
            if left[index] != right[index] { return left[index] < right[index] ? -1 : 1 }
            index += 1
        }
        return left.count - right.count
    }

    /// How many bytes two names have in common at their beginning.
    static func commonPrefix(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        var count = 0
        while count < left.count, count < right.count, left[count] == right[count] { count += 1 }
        return count
    }
}

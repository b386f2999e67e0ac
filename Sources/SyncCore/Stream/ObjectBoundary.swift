/// Finds where an object that arrives in pieces could end, looking at every byte once.
///
/// It follows only quotes and braces, so for bytes that are no JSON it may find an end that is none, or none at all.
/// It says when reading an object is worth a try; the verdict is the `ObjectReader`'s alone.
struct ObjectBoundary {
    private var depth = 0
    private var isInString = false
    private var isAfterBackslash = false

    /// Goes on with the bytes that follow those already seen; returns how many of them the object takes, up to and with
    /// its closing brace, or nil when it does not close in them.
    mutating func advance(over bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        for (index, byte) in bytes.enumerated() {
            if isInString {
                if isAfterBackslash {
                    isAfterBackslash = false
                } else if byte == UInt8(ascii: "\\") {
                    isAfterBackslash = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
        }
        return nil
    }
}

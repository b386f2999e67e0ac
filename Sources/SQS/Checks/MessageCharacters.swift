/// Which bytes a message body may be made of: UTF-8 of the characters of XML 1.0.
///
/// `#x9 #xA #xD #x20-#xD7FF #xE000-#xFFFD #x10000-#x10FFFF`:
/// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
package enum MessageCharacters {
    /// The offset of the first byte of what is not allowed; `nil` when everything is.
    package static func firstInvalid(in bytes: [UInt8]) -> Int? {
        let span = bytes.span
        let forbidden = firstForbidden(in: span)
        do {
            _ = try UTF8Span(validating: span)
            return forbidden
        } catch {
            return min(error.byteOffsets.lowerBound, forbidden ?? .max)
        }
    }

    /// The first control character that XML lacks, or the first of U+FFFE and U+FFFF (`EF BF BE`, `EF BF BF`).
    private static func firstForbidden(in bytes: Span<UInt8>) -> Int? {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 {
                if byte != 0x09 && byte != 0x0A && byte != 0x0D { return index }
            } else if byte == 0xEF, index + 2 < bytes.count, bytes[index + 1] == 0xBF, bytes[index + 2] >= 0xBE {
                return index
            }
        }
        return nil
    }
}

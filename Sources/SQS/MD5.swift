import CCrypto

/// MD5, which SQS uses as a checksum of bodies; nothing relies on it for security.
enum MD5 {
    /// False where libcrypto runs in FIPS mode and refuses MD5.
    static let isAvailable = digest([]) != nil

    /// 16 bytes; `nil` when MD5 is not available.
    static func digest(_ bytes: [UInt8]) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: 16)
        var length: UInt32 = 0
        let done = bytes.withUnsafeBytes { input in
            digest.withUnsafeMutableBufferPointer { output in
                EVP_Digest(input.baseAddress, input.count, output.baseAddress, &length, EVP_md5(), nil)
            }
        }
        return done == 1 && length == 16 ? digest : nil
    }

    /// Whether the hexadecimal digest that a server names is that of the bytes; true when MD5 is not available.
    static func matches(_ hexadecimal: String, _ bytes: [UInt8]) -> Bool {
        guard let digest = digest(bytes) else { return true }
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 32 else { return false }
        for (index, byte) in digest.enumerated() {
            guard value(digits[2 * index]) == byte >> 4, value(digits[2 * index + 1]) == byte & 0xF else {
                return false
            }
        }
        return true
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}

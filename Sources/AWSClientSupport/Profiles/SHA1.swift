internal import CCrypto

/// SHA-1, which names the files of the token cache; nothing relies on it for security.
enum SHA1 {
    /// 40 digits; `nil` when libcrypto refuses it.
    static func hexadecimal(_ bytes: [UInt8]) -> String? {
        var digest = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 0
        let done = bytes.withUnsafeBytes { input in
            digest.withUnsafeMutableBufferPointer { output in
                EVP_Digest(input.baseAddress, input.count, output.baseAddress, &length, EVP_sha1(), nil)
            }
        }
        guard done == 1, length == 20 else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}

internal import CCrypto

/// The 32 bytes of a SHA-256 hash, or of an HMAC made with it.
package struct SHA256Digest: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The hash of no bytes at all: the payload hash of a request without a body.
    package static let empty = SHA256Digest(
        words: (
            UInt64(bigEndian: 0xe3b0_c442_98fc_1c14), UInt64(bigEndian: 0x9afb_f4c8_996f_b924),
            UInt64(bigEndian: 0x27ae_41e4_649b_934c), UInt64(bigEndian: 0xa495_991b_7852_b855)
        ))

    private init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Hashes bytes.
    /// - Throws: ``SigningError`` when libcrypto has no SHA-256 or no memory; no input makes it fail.
    package static func hash(_ bytes: UnsafeRawBufferPointer) throws(SigningError) -> SHA256Digest {
        let digest = algorithm.flatMap { algorithm in
            SHA256Digest { output in
                EVP_Digest(bytes.baseAddress, bytes.count, output, nil, algorithm, nil) == 1
            }
        }
        guard let digest else {
            throw SigningError(
                .cryptographyFailed, "libcrypto offers no SHA-256",
                remedy: "check its installation, OPENSSL_CONF and OPENSSL_MODULES")
        }
        return digest
    }

    /// Hashes bytes, as ``hash(_:)-(UnsafeRawBufferPointer)`` does.
    package static func hash(_ bytes: [UInt8]) throws(SigningError) -> SHA256Digest {
        try bytes.withUnsafeBufferPointer { bytes throws(SigningError) in try hash(UnsafeRawBufferPointer(bytes)) }
    }

    /// 64 lowercase hexadecimal digits.
    package var hex: String {
        String(unsafeUninitializedCapacity: 64) { output in
            withUnsafeBytes(of: words) { bytes in
                for (index, byte) in bytes.enumerated() {
                    output[2 * index] = Hexadecimal.lowercase(byte >> 4)
                    output[2 * index + 1] = Hexadecimal.lowercase(byte & 0xF)
                }
                return 2 * bytes.count
            }
        }
    }

    /// The 32 bytes, in order.
    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    package static func == (first: SHA256Digest, second: SHA256Digest) -> Bool {
        first.words == second.words
    }

    package func hash(into hasher: inout Hasher) {
        withUnsafeBytes(of: words) { hasher.combine(bytes: $0) }
    }

    /// Lets `fill` write the 32 bytes; `nil` when it says that it could not.
    init?(filledBy fill: (UnsafeMutablePointer<UInt8>) -> Bool) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let filled = withUnsafeMutableBytes(of: &words) { buffer in
            buffer.withMemoryRebound(to: UInt8.self) { bytes in
                bytes.baseAddress.map(fill) ?? false
            }
        }
        guard filled else { return nil }
        self.words = words
    }

    /// The fetched algorithm: a fetch walks libcrypto's providers under locks, and would cost more than a short hash.
    ///
    /// `nonisolated(unsafe)`: libcrypto never changes a fetched `EVP_MD`, and counts references to it atomically.
    nonisolated(unsafe) private static let algorithm: OpaquePointer? = EVP_MD_fetch(nil, "SHA256", nil)
}

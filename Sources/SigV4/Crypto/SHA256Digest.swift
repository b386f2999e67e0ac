internal import CCrypto

/// The 32 bytes of a SHA-256 hash, or of an HMAC made with it.
package struct SHA256Digest: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The hash of no bytes at all: the payload hash of a request without a body.
    package static let empty = hash([])

    /// Hashes bytes.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        let digest = SHA256Digest { output in
            EVP_Digest(bytes.baseAddress, bytes.count, output, nil, algorithm, nil) == 1
        }
        guard let digest else { stop() }
        return digest
    }

    /// Hashes bytes.
    package static func hash(_ bytes: [UInt8]) -> SHA256Digest {
        bytes.withUnsafeBytes { hash($0) }
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
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { stop() }
        return algorithm
    }()

    /// Hashing fails for no input: only when memory is out, where Swift stops too, or when libcrypto has no SHA-256 at all,
    /// with which neither TLS nor the database would work. There is nothing a caller could do.
    private static func stop() -> Never {
        fatalError("libcrypto offers no SHA-256: check its installation, OPENSSL_CONF and OPENSSL_MODULES")
    }
}

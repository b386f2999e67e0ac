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

    /// Never called while libcrypto works: no input makes SHA-256 fail, and every provider has it, the FIPS one too. What is left is
    /// memory that is used up, where Swift stops as well, and a libcrypto without SHA-256, with which neither TLS nor a login to the
    /// database works. An error type here would go through every signed request, and no caller could act on it.
    private static func stop() -> Never {
        fatalError("libcrypto offers no SHA-256: check its installation, OPENSSL_CONF and OPENSSL_MODULES")
    }
}

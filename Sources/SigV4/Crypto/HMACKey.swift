internal import CCrypto

/// A key ready to authenticate messages with HMAC-SHA-256.
///
/// The key is expanded once; a message then costs its hash and a copy of the prepared context.
///
/// `@unchecked Sendable`: the context is keyed in `init` and from then on only read, as the source of duplicates.
final class HMACKey: @unchecked Sendable {
    private let context: OpaquePointer

    init(_ key: [UInt8]) throws(SigningError) {
        guard let context = Self.template.flatMap({ EVP_MAC_CTX_dup($0) }) else { throw Self.failure }
        guard EVP_MAC_init(context, key, key.count, nil) == 1 else {
            EVP_MAC_CTX_free(context)
            throw Self.failure
        }
        self.context = context
    }

    deinit {
        EVP_MAC_CTX_free(context)
    }

    func authenticate(_ message: [UInt8]) throws(SigningError) -> SHA256Digest {
        guard let context = EVP_MAC_CTX_dup(context) else { throw Self.failure }
        defer { EVP_MAC_CTX_free(context) }
        var written = 0
        let code = SHA256Digest { output in
            EVP_MAC_update(context, message, message.count) == 1
                && EVP_MAC_final(context, output, &written, 32) == 1
        }
        guard let code, written == 32 else { throw Self.failure }
        return code
    }

    /// A context that knows its digest and has no key. Setting the digest by name makes libcrypto fetch it: once, here, and not for every key.
    ///
    /// `nonisolated(unsafe)`: only ever read, as the source of duplicates.
    nonisolated(unsafe) private static let template: OpaquePointer? = {
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { return nil }
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else { return nil }
        var digest = Array("SHA256".utf8CString)
        let isSet = digest.withUnsafeMutableBufferPointer { name in
            let parameters = [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return EVP_MAC_CTX_set_params(context, parameters) == 1
        }
        guard isSet else {
            EVP_MAC_CTX_free(context)
            return nil
        }
        return context
    }()

    private static var failure: SigningError {
        SigningError(
            .cryptographyFailed, "libcrypto refused HMAC-SHA-256",
            remedy: "check OPENSSL_CONF and OPENSSL_MODULES; a FIPS policy may refuse a short secret")
    }
}

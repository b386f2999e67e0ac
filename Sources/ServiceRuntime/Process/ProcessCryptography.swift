private import CCrypto

/// libcrypto's state in this process, which the signer, libcurl and libpq share.
package enum ProcessCryptography {
    /// Has libcrypto keep its state to the very end of the process.
    ///
    /// Otherwise a handler of `exit()` frees it, whether other threads are using it or not: a command that ends while a connection
    /// is being set up can die by a signal. What the handler would free, the end of the process frees.
    /// ([OPENSSL_init_crypto(3)](https://docs.openssl.org/3.0/man3/OPENSSL_init_crypto/), `OPENSSL_INIT_NO_ATEXIT`.)
    /// To be called once, before anything else of libcrypto: later calls cannot take the handler back.
    package static func keepUntilExit() {
        _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }
}

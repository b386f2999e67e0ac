internal import Synchronization

/// Signing keys by secret, day, region and service, of which the least recently used gives way when a new one has no room.
///
/// A key costs several times what a signature does and serves a whole day. Copies of a ``Signer`` share one cache.
package final class SigningKeyCache: Sendable, Redacted {
    private struct Entry {
        /// The hash of the secret, so that a rotated secret does not live on here.
        let secretFingerprint: SHA256Digest
        let scope: CredentialScope
        let key: SigningKey
    }

    private struct State {
        /// Most recently used first; few, so that a scan is cheaper than hashing four strings.
        var entries: [Entry] = []
        var derivations = 0
    }

    /// The largest number of keys held.
    package let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: Keys held at most; at least one is. The default has room for two days of several credentials.
    package init(capacity: Int = 16) {
        self.capacity = max(1, capacity)
    }

    /// The number of keys held.
    package var count: Int { state.withLock { $0.entries.count } }

    /// How many keys were derived since the cache was made.
    package var derivations: Int { state.withLock { $0.derivations } }

    /// The key for a secret and a scope, derived when it is not held.
    ///
    /// Derivation takes microseconds and runs under the lock: tasks that meet a new day together derive once.
    package func key(secretAccessKey: String, scope: CredentialScope) throws(SigningError) -> SigningKey {
        let fingerprint = try SHA256Digest.hash(Array(secretAccessKey.utf8))
        return try state.withLock { (state) throws(SigningError) -> SigningKey in
            let found = state.entries.firstIndex { $0.scope == scope && $0.secretFingerprint == fingerprint }
            if let found {
                if found != 0 { state.entries.insert(state.entries.remove(at: found), at: 0) }
                return state.entries[0].key
            }
            let key = try SigningKey(secretAccessKey: secretAccessKey, scope: scope)
            state.derivations += 1
            if state.entries.count == capacity { state.entries.removeLast() }
            state.entries.insert(Entry(secretFingerprint: fingerprint, scope: scope, key: key), at: 0)
            return key
        }
    }

    package var description: String { "SigningKeyCache(capacity: \(capacity))" }
}

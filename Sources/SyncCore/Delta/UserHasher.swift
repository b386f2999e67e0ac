/// Makes the fingerprints of users, with a key that is drawn anew for every sync.
///
/// Nobody who writes names or addresses knows the key, so nobody can choose two that collide, and two that collide by
/// chance do not in the next sync. How small that chance is, is in docs/decisions/delta.md.
package struct UserHasher: Sendable {
    private let nameKey: SipHash.Key
    private let contentKey: SipHash.Key
    private let nameMask: UInt64

    /// - Parameters:
    ///   - generator: where the keys come from.
    ///   - nameMask: the bits of a name's digest that are kept. Tests make it narrow to force collisions.
    package init(using generator: inout some RandomNumberGenerator, nameMask: UInt64 = .max) {
        nameKey = SipHash.Key(using: &generator)
        contentKey = SipHash.Key(using: &generator)
        self.nameMask = nameMask
    }

    /// A hasher with random keys.
    package init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    /// What stands for a user name: 72 bits.
    @inline(__always)
    package func name(_ userName: UnsafeRawBufferPointer) -> NameDigest {
        let hash = SipHash.hash128(nameKey, userName)
        return NameDigest(position: hash.low & nameMask, check: UInt8(truncatingIfNeeded: hash.high & nameMask))
    }

    /// What stands for everything that a sync compares of a user, the name included: 56 bits, with a low byte of zero.
    @inline(__always)
    package func content(of user: UserRecord) -> UInt64 { user.digest(contentKey) & ~0xFF }
}

/// Stands for a user name in a ``UserIndex``.
package struct NameDigest: Hashable, Sendable {
    /// Says where in the index the user is looked for, and tells most users apart.
    package let position: UInt64
    /// Tells apart what is left.
    package let check: UInt8

    package init(position: UInt64, check: UInt8) {
        self.position = position
        self.check = check
    }
}

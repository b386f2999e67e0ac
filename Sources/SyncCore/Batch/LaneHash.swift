/// Chooses a user's lane by a hash, where lanes are not ranges of names.
///
/// It is FNV-1a with 64 bits over the bytes of the user name, modulo the number of lanes. The hash is fixed, so every process, on every
/// machine and in every version, computes the same. Its definition and test vectors are in
/// [RFC 9923](https://www.rfc-editor.org/rfc/rfc9923.html); for example `""` is `cbf29ce484222325`, `"a"` is
/// `af63dc4c8601ec8c` and `"foobar"` is `85944171f73967e8`. It is no defence against names made to collide: those only
/// make one lane longer.
package enum LaneHash {
    /// The FNV-1a hash of `bytes`.
    @inline(__always)
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return hash
    }

    /// The lane of `userName`, from 0 to `lanes - 1`; 0 when `lanes` is less than 2.
    @inline(__always)
    package static func lane(of userName: UnsafeRawBufferPointer, lanes: Int) -> Int {
        guard lanes > 1 else { return 0 }
        return Int(hash(userName) % UInt64(lanes))
    }
}

/// A stateless source of random bits: the same seed, purpose and index always give the same 64 bits.
///
/// Being a function of the index, not a sequence, it lets any record be made without making those before it.
/// The finalizer is SplitMix64's (https://prng.di.unimi.it/splitmix64.c).
struct SeededHash: Sendable {
    /// What the bits are for; different purposes are independent of each other.
    enum Purpose: UInt64, Sendable {
        case duplicate, target, variant, delta, identity, content, creation, change, form, damaged, junk
        case internalError, throttling, cut, chunk
        case own, mistyped
    }

    let seed: UInt64

    @inline(__always)
    func bits(_ purpose: Purpose, _ index: Int) -> UInt64 {
        let stream = Self.mix(seed &+ (purpose.rawValue &+ 1) &* 0x9E37_79B9_7F4A_7C15)
        return Self.mix(stream &+ (UInt64(truncatingIfNeeded: index) &+ 1) &* 0xD1B5_4A32_D192_ED03)
    }

    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Maps bits evenly to `0..<bound`; `bound` must be above zero.
    @inline(__always)
    static func index(_ bits: UInt64, below bound: Int) -> Int {
        Int(truncatingIfNeeded: bits.multipliedFullWidth(by: UInt64(bound)).high)
    }
}

/// A probability prepared for comparing with hash bits.
struct Chance: Sendable {
    private let threshold: UInt64

    /// - Parameter rate: 0 (never) to 1 (always).
    init(_ rate: Double) {
        threshold = UInt64(min(max(rate, 0), 1) * 4_294_967_296)
    }

    @inline(__always)
    func hits(_ bits: UInt64) -> Bool { (bits >> 32) < threshold }

    var isZero: Bool { threshold == 0 }
}

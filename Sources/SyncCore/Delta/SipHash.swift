/// SipHash-2-4: a hash of short inputs that nobody can steer without its key.
///
/// Defined in [SipHash: a fast short-input PRF](https://www.aumasson.jp/siphash/siphash.pdf); the form with 128 bits of
/// output is the one of the authors' reference implementation.
enum SipHash {
    /// The key, of two words.
    struct Key: Sendable {
        let low: UInt64
        let high: UInt64

        init(low: UInt64, high: UInt64) {
            self.low = low
            self.high = high
        }

        init(using generator: inout some RandomNumberGenerator) {
            self.init(low: generator.next(), high: generator.next())
        }
    }

    /// The hash with 64 bits, in steps: words, which count as their little-endian bytes, then bytes.
    struct Narrow {
        private var state: State

        @inline(__always)
        init(_ key: Key) {
            state = State(key, isWide: false)
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) { state.absorb(word) }

        /// Bytes in whole words, the last one filled up with zeros.
        @inline(__always)
        mutating func absorbWords(of bytes: UnsafeRawBufferPointer) {
            let offset = state.absorbWholeWords(bytes)
            if offset < bytes.count { state.absorb(State.partialWord(bytes, from: offset)) }
        }

        /// The hash of all that was absorbed, followed by `bytes`.
        @inline(__always)
        consuming func finish(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
            state.absorbLast(bytes)
            state.v2 ^= 0xFF
            return state.squeeze()
        }
    }

    /// The hash with 128 bits of `bytes`.
    @inline(__always)
    static func hash128(_ key: Key, _ bytes: UnsafeRawBufferPointer) -> (low: UInt64, high: UInt64) {
        var state = State(key, isWide: true)
        state.absorbLast(bytes)
        state.v2 ^= 0xEE
        let low = state.squeeze()
        state.v1 ^= 0xDD
        return (low, state.squeeze())
    }
}

extension SipHash {
    /// The four words that everything is mixed into.
    fileprivate struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64
        /// Bytes absorbed so far; only its lowest byte counts in the end.
        var length: UInt64 = 0

        @inline(__always)
        init(_ key: Key, isWide: Bool) {
            v0 = key.low ^ 0x736F_6D65_7073_6575
            v1 = key.high ^ 0x646F_7261_6E64_6F6D ^ (isWide ? 0xEE : 0)
            v2 = key.low ^ 0x6C79_6765_6E65_7261
            v3 = key.high ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            compress(word)
            length &+= 8
        }

        /// - Returns: where the bytes begin that make no whole word.
        @inline(__always)
        mutating func absorbWholeWords(_ bytes: UnsafeRawBufferPointer) -> Int {
            var offset = 0
            while bytes.count - offset >= 8 {
                absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset += 8
            }
            return offset
        }

        @inline(__always)
        static func partialWord(_ bytes: UnsafeRawBufferPointer, from start: Int) -> UInt64 {
            var word: UInt64 = 0
            var offset = bytes.count
            while offset > start {
                offset -= 1
                word = word << 8 | UInt64(bytes[offset])
            }
            return word
        }

        /// The last bytes share a word with the length of the whole input.
        @inline(__always)
        mutating func absorbLast(_ bytes: UnsafeRawBufferPointer) {
            let offset = absorbWholeWords(bytes)
            length &+= UInt64(truncatingIfNeeded: bytes.count - offset)
            compress(length << 56 | Self.partialWord(bytes, from: offset))
        }

        @inline(__always)
        mutating func squeeze() -> UInt64 {
            round()
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func compress(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        @inline(__always)
        private mutating func round() {
            v0 = v0 &+ v1
            v1 = Self.rotate(v1, 13) ^ v0
            v0 = Self.rotate(v0, 32)
            v2 = v2 &+ v3
            v3 = Self.rotate(v3, 16) ^ v2
            v0 = v0 &+ v3
            v3 = Self.rotate(v3, 21) ^ v0
            v2 = v2 &+ v1
            v1 = Self.rotate(v1, 17) ^ v2
            v2 = Self.rotate(v2, 32)
        }

        @inline(__always)
        private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
            word << bits | word >> (64 - bits)
        }
    }
}

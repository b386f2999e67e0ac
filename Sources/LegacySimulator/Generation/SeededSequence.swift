/// A short sequence of random bits for the details of one piece.
struct SeededSequence {
    private var state: UInt64

    init(_ bits: UInt64) { state = bits }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SeededHash.mix(state)
    }

    mutating func next(below bound: Int) -> Int { SeededHash.index(next(), below: bound) }

    mutating func oneIn(_ count: Int) -> Bool { next(below: count) == 0 }
}

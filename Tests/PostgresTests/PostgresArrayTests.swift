import Testing

@testable import Postgres

@Suite("Binary arrays") struct PostgresArrayTests {
    private func bytes(_ array: PostgresArray) -> [UInt8] { array.withWireBytes { Array($0) } }

    @Test("an int8 array is PostgreSQL's wire form, byte for byte")
    func int8() {
        var array = PostgresArray(of: .int8, capacity: 1)
        array.append(1 as Int64)
        array.append(-2 as Int64)
        #expect(
            bytes(array) == [
                0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 2, 0, 0, 0, 1,
                0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1,
                0, 0, 0, 8, 255, 255, 255, 255, 255, 255, 255, 254,
            ])
        #expect(array.byteCount == bytes(array).count)
    }

    @Test("a text array holds each text as it is, empty ones too, and marks nulls")
    func text() {
        var array = PostgresArray(of: .text)
        array.append("é\"")
        array.append("")
        array.appendNull()
        #expect(
            bytes(array) == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 3, 0, 0, 0, 1,
                0, 0, 0, 3, 0xC3, 0xA9, 0x22,
                0, 0, 0, 0,
                255, 255, 255, 255,
            ])
    }

    @Test("bool and timestamptz arrays are PostgreSQL's wire form, byte for byte")
    func boolAndTime() {
        var flags = PostgresArray(of: .bool)
        flags.append(true)
        flags.append(false)
        #expect(
            bytes(flags) == [
                0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0,
            ])
        var times = PostgresArray(of: .timestamptz)
        times.append(microsecondsSinceUnixEpoch: 946_684_800_000_258)
        #expect(
            bytes(times) == [
                0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, 0xA0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2,
            ])
    }

    @Test("an empty array has no dimension", arguments: [0, 1000])
    func empty(_ capacity: Int) {
        let empty: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20]
        var array = PostgresArray(of: .int8, capacity: capacity)
        #expect(bytes(array) == empty)
        array.append(7 as Int64)
        array.appendNull()
        array.removeAll()
        #expect(bytes(array) == empty)
        array.append(7 as Int64)
        #expect(array.count == 1)
        #expect(bytes(array).prefix(8) == [0, 0, 0, 1, 0, 0, 0, 0])
    }

    @Test("what an array holds does not depend on the room it began with")
    func growth() {
        var random = SplitMix(state: 7)
        for _ in 0..<50 {
            var grown = PostgresArray(of: .text)
            var roomy = PostgresArray(of: .text, capacity: 300, byteCapacity: 30_000)
            var expected: [UInt8] = []
            for _ in 0..<Int(random.next() % 300) {
                let text = [UInt8](repeating: UInt8(truncatingIfNeeded: random.next()), count: Int(random.next() % 100))
                text.withUnsafeBytes {
                    grown.append(utf8: $0)
                    roomy.append(utf8: $0)
                }
                expected += withUnsafeBytes(of: UInt32(text.count).bigEndian) { Array($0) } + text
            }
            #expect(bytes(grown) == bytes(roomy))
            #expect(Array(bytes(grown).dropFirst(20)) == expected)
        }
    }

    @Test("a copy does not change with the original")
    func valueSemantics() {
        var array = PostgresArray(of: .int8)
        array.append(1 as Int64)
        let copy = array
        array.append(2 as Int64)
        #expect(copy.count == 1)
        #expect(bytes(copy).count == 32)
    }
}

/// A small seeded generator, so that a failing run can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

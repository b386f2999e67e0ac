import Testing

@testable import SyncCore

@Suite("SipHash")
struct SipHashTests {
    /// The key of the published vectors: bytes 0 to 15.
    private let key = SipHash.Key(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)

    private func input(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0) } }

    private func narrow(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { SipHash.Narrow(key).finish($0) }
    }

    @Test(
        "gives the published values with 64 bits",
        arguments: [
            (0, 0x726F_DB47_DD0E_0E31 as UInt64), (1, 0x74F8_39C5_93DC_67FD), (8, 0x93F5_F579_9A93_2462),
            (15, 0xA129_CA61_49BE_45E5), (63, 0x958A_324C_EB06_4572),
        ])
    func published(length: Int, expected: UInt64) {
        #expect(narrow(input(length)) == expected)
    }

    @Test("gives the values of the reference implementation with 128 bits")
    func wide() {
        let empty = input(0).withUnsafeBytes { SipHash.hash128(key, $0) }
        #expect(empty == (0xE6A8_25BA_047F_81A3, 0x9302_55C7_1472_F66D))
        let some = input(16).withUnsafeBytes { SipHash.hash128(key, $0) }
        #expect(some == (0xBB54_B067_CAA4_E26E, 0x7705_2385_BF15_33FD))
    }

    @Test("taken in steps, words count as their bytes, and bytes in words as filled up with zeros")
    func steps() {
        let bytes = input(20)
        var state = SipHash.Narrow(key)
        state.absorb(0x0706_0504_0302_0100)
        bytes.withUnsafeBytes { state.absorbWords(of: UnsafeRawBufferPointer(rebasing: $0[8..<19])) }
        let hash = [19].withUnsafeBytes { state.finish(UnsafeRawBufferPointer(rebasing: $0[..<1])) }
        #expect(hash == narrow(Array(bytes[..<19]) + [0, 0, 0, 0, 0] + [19]))
    }
}

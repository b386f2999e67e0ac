import Fuzzing
import SyncCore
import Testing

@Suite("Lane hash")
struct LaneHashTests {
    @Test(
        "gives the published values of FNV-1a with 64 bits",
        arguments: [
            ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("b", 0xAF63_DF4C_8601_F1A5),
            ("foo", 0xDCB2_7518_FED9_D577), ("foobar", 0x8594_4171_F739_67E8), ("hello", 0xA430_D846_80AA_BD0B),
            ("chongo was here!\n", 0x4681_0940_EFF5_F915), ("fooba", 0xCAC1_65AF_A2FE_F40A),
        ] as [(String, UInt64)]
    )
    func publishedValues(text: String, expected: UInt64) {
        let hash = Array(text.utf8).withUnsafeBytes { LaneHash.hash($0) }
        #expect(hash == expected)
    }

    @Test("puts a user into the hash's remainder, and everyone into lane 0 when there is one lane or none")
    func lane() {
        Array("foobar".utf8).withUnsafeBytes { name in
            #expect(LaneHash.lane(of: name, lanes: 32) == Int(0x8594_4171_F739_67E8 % 32 as UInt64))
            #expect(LaneHash.lane(of: name, lanes: 7) == Int(0x8594_4171_F739_67E8 % 7 as UInt64))
            #expect(LaneHash.lane(of: name, lanes: 1) == 0)
            #expect(LaneHash.lane(of: name, lanes: 0) == 0)
        }
    }

    @Test("spreads numbered names evenly", arguments: [2, 7, 32, 100])
    func spreadsEvenly(lanes: Int) {
        let users = 1000 * lanes
        var counts = [Int](repeating: 0, count: lanes)
        for number in 0..<users {
            counts[SampleUser(userName: "user\(number)").lane(of: lanes)] += 1
        }
        // Six standard deviations of a fair choice, which is about the square root of the expected 1000.
        #expect(counts.allSatisfy { abs($0 - 1000) < 6 * 32 }, "\(counts)")
    }
}

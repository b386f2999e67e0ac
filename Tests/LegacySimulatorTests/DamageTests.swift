import Foundation
import Testing

@testable import LegacySimulator

@Suite("Damage")
struct DamageTests {
    private static let record = Array(
        #"{"id":7,"userName":"ana","email":"a@b","createdAt":"2023-04-05T06:07:08.000Z","deleted":false}"#.utf8)

    @Test(
        "every kind of damage is one reject and leaves the records around it whole",
        arguments: ["][", ",", "\n", "", " \n "])
    func everyKind(separator: String) {
        var profile = sound(users: 100)
        profile.unicodeRate = 0.5
        let records = RecordWriter(profile)
        let planner = UserPlanner(profile)
        let cuts = [Damage.Effect](repeating: .cut, count: 300)
        for (index, effect) in (Damage.kinds + cuts).enumerated() {
            var plan = planner.plan(index % 100)
            plan.form = UInt64(index) &* 0x9E37_79B9
            let piece = written { records.writeLooseRecord(plan, damage: Damage(effect: effect), to: &$0) }
            let between = Array(separator.utf8)
            let reader = ReferenceReader(Self.record + between + piece + between + Self.record + between)
            #expect(reader.users.count == 2, "\(effect): \(String(decoding: piece, as: UTF8.self))")
            #expect(reader.rejects == 1, "\(effect): \(String(decoding: piece, as: UTF8.self))")
        }
    }

    @Test("every junk fragment is one reject and leaves the arrays around it whole", arguments: ["", ",", "\n"])
    func everyFragment(separator: String) {
        for fragment in JunkFragment.kin + [JunkFragment.usual] {
            let array = Array("[".utf8) + Self.record + Array("]".utf8)
            let between = Array(separator.utf8)
            let reader = ReferenceReader(array + between + fragment + between + array)
            #expect(reader.users.count == 2, "\(String(decoding: fragment, as: UTF8.self))")
            #expect(reader.rejects == 1, "\(String(decoding: fragment, as: UTF8.self))")
        }
    }

    @Test("only the real source's own fragment comes when that is asked for, and always after the last array")
    func knownJunk() {
        var profile = sound(users: 40, arraySize: 4)
        profile.junkRate = 1
        let usual = String(decoding: JunkFragment.usual, as: UTF8.self)
        #expect(!JunkFragment.usual.contains(UInt8(ascii: "\"")))
        let any = String(decoding: body(profile), as: UTF8.self)
        #expect(any.hasSuffix(usual))
        #expect(any.components(separatedBy: usual).count < 11)
        profile.onlyKnownJunk = true
        #expect(String(decoding: body(profile), as: UTF8.self).components(separatedBy: usual).count == 11)
    }

    @Test("an object larger than a reader must hold does occur")
    func oversized() {
        var random = SeededSequence(1)
        let sizes = (0..<3000).compactMap { _ in
            if case .extra(let value) = Damage.pick(&random).effect { value.count } else { nil }
        }
        #expect(sizes.contains { $0 > 65_536 })
    }
}

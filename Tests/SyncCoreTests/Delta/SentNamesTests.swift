import TestSupport
import Testing

@testable import SyncCore

@Suite("Names that were sent")
struct SentNamesTests {
    private func digest(_ number: Int, _ hasher: UserHasher) -> NameDigest {
        withUnsafeBytes(of: number) { hasher.name($0) }
    }

    @Test("a name that was there before is never new; few that were not are taken for known, also beyond one part")
    func certainty() {
        var generator = SeededGenerator(seed: 7)
        let hasher = UserHasher(using: &generator)
        // Three parts of 2048 names.
        var names = SentNames(blocksInPart: 32)
        var takenForKnown: [Int] = []
        for part in 0..<3 {
            let numbers = part * 2048..<(part + 1) * 2048
            takenForKnown.append(numbers.count { !names.insert(digest($0, hasher)) })
        }
        // What eight bits a name and four set for each make likely, with room: 1, 4 and 6 in a hundred.
        #expect(takenForKnown[0] < 60, "\(takenForKnown)")
        #expect(takenForKnown[1] < 150, "\(takenForKnown)")
        #expect(takenForKnown[2] < 240, "\(takenForKnown)")
        for number in 0..<3 * 2048 {
            if names.insert(digest(number, hasher)) { Issue.record("\(number) was forgotten") }
        }
        // Full in the end: it doubts more often, and still forgets nobody.
        for number in 3 * 2048..<12 * 2048 { _ = names.insert(digest(number, hasher)) }
        for number in 0..<12 * 2048 {
            if names.insert(digest(number, hasher)) { Issue.record("\(number) was forgotten") }
        }
    }
}

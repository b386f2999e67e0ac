import Synchronization
import TestSupport

/// Chance that can be repeated, for threads that share it.
final class Dice: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// True `hits` times in `sides`, on average.
    func roll(_ hits: Int, in sides: Int) -> Bool {
        number(below: sides) < hits
    }

    func number(below bound: Int) -> Int {
        generator.withLock { Int.random(in: 0..<bound, using: &$0) }
    }
}

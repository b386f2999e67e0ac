/// A reader of bytes from outside, with a maker of cases for it. Everything about a case follows from its seed.
package protocol FuzzSubject: Sendable {
    /// What it is called on the command line.
    static var name: String { get }
    /// Of a hundred cases, how many must give something accepted, and how many something refused. A generator that falls below has
    /// degenerated into noise, or no longer damages anything.
    static var leastPercent: (accepted: Int, refused: Int) { get }

    init()

    /// Makes the case of this seed, reads it, and looks at what came of it.
    func run(seed: UInt64) async -> FuzzOutcome
}

/// What came of one case.
package struct FuzzOutcome: Sendable {
    /// Bytes that were read.
    package var bytes = 0
    /// Things that were read from them.
    package var accepted = 0
    /// Things that were refused.
    package var refused = 0
    /// What is wrong with the reading; nil: nothing.
    package var problem: String?

    package init(bytes: Int) {
        self.bytes = bytes
    }
}

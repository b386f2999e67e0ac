/// Finds the value that more than half of the values are, in constant memory, where there is one: the
/// [vote of Boyer and Moore](https://en.wikipedia.org/wiki/Boyer–Moore_majority_vote_algorithm).
struct MajorityVote: Sendable {
    /// The value that can be the majority; nil when none can. That it is one is not certain.
    private(set) var candidate: Int64?
    private var votes = 0

    mutating func add(_ value: Int64) {
        if value == candidate {
            votes += 1
        } else if votes == 0 {
            candidate = value
            votes = 1
        } else {
            votes -= 1
            if votes == 0 { candidate = nil }
        }
    }
}

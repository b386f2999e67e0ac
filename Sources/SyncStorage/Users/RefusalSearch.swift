/// Finds the users of a batch whom the database refuses, at a cost that grows with their number: a part that fails is halved
/// until one user is left. Each that is refused costs two tries per halving, at most.
///
/// A user who is refused for what other users are, such as an address that another one still has, is tried once more after all
/// others.
struct RefusalSearch {
    private let users: Int
    /// Parts that are yet to be tried, the next one last.
    private var parts: [Range<Int>]
    /// Single users for a second try.
    private var postponed: [Int] = []
    private var isSecondTry = false
    /// By the user's place.
    private(set) var refusals: [Int: Refusal] = [:]

    /// - Parameter users: how many there are, at least 1; their places are from 0.
    init(users: Int) {
        self.users = users
        parts = [0..<users]
    }

    /// The part to try now; nil when each user is applied or refused.
    mutating func next() -> Range<Int>? {
        if let part = parts.popLast() { return part }
        guard !postponed.isEmpty else { return nil }
        isSecondTry = true
        let user = postponed.removeFirst()
        return user..<user + 1
    }

    /// Takes note that a part was refused.
    /// - Throws: ``TooManyRefusals`` when there is no point in looking further.
    mutating func refused(_ part: Range<Int>, _ refusal: Refusal) throws(TooManyRefusals) {
        guard part.count == 1 else {
            let middle = part.lowerBound + part.count / 2
            parts.append(middle..<part.upperBound)
            parts.append(part.lowerBound..<middle)
            return
        }
        if !isSecondTry, refusal.mayPass {
            postponed.append(part.lowerBound)
        } else {
            refusals[part.lowerBound] = refusal
        }
        let count = refusals.count + postponed.count
        guard !TooManyRefusals.isReached(count, of: users) else {
            throw TooManyRefusals(refused: count, users: users, example: refusal)
        }
    }
}

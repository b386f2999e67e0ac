/// Decides, from what the ledger shows, whether draining is over, goes on, or has stalled.
///
/// A value without a clock: the caller says what time it is.
package struct DrainMonitor: Sendable {
    /// What to do after looking at the ledger.
    package enum Decision: Sendable, Equatable {
        /// Every batch is applied.
        case finished
        /// Look again after this time.
        /// - Parameter searchesDeadLetters: nothing has moved for a while: look into the dead-letter queue first, for batches
        ///   of which no worker has said that they are dead.
        case lookAgain(after: Duration, searchesDeadLetters: Bool)
        /// What is not applied is dead: waiting longer cannot help.
        case dead(outstanding: Int)
        /// No batch was applied for as long as the limit allows.
        case stalled(outstanding: Int)
        /// The ledger holds what this sync did not send, and will not lose it: waiting cannot help.
        case forged(Forgery)
    }

    /// What the ledger shows of this sync at one moment.
    package struct Look: Sendable, Equatable {
        /// Batches with numbers that this sync has sent.
        package var applied: Int
        /// Users in those batches.
        package var users: Int
        /// Sent batches that are not applied, and that the queue does not hand out again.
        package var dead: Int
        /// Rows under any other number.
        package var foreign: Int

        package init(applied: Int, users: Int, dead: Int = 0, foreign: Int = 0) {
            self.applied = applied
            self.users = users
            self.dead = dead
            self.foreign = foreign
        }
    }

    /// How the ledger differs from what was sent.
    package enum Forgery: Sendable, Equatable {
        /// Rows under numbers that were never sent.
        case numbers(Int)
        /// All batches are there, with another number of users.
        case users(sent: Int, found: Int)
    }

    private let expected: Int
    private let expectedUsers: Int
    private let stallTimeout: Duration
    private var applied: Int
    private var lastProgress: Duration
    private var lastSearch: Duration

    /// How long to wait between two looks while batches are being applied, and at most while they are not.
    private static let shortestPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(1)
    /// A search hides dead letters for a moment, so it waits for its time and comes rarely.
    private static let searchInterval = Duration.seconds(10)

    /// - Parameters:
    ///   - expected: batches that the queue accepted.
    ///   - users: users in these batches.
    ///   - stallTimeout: time without any batch applied after which draining gives up.
    ///   - start: the time now, on any clock that never runs backwards.
    package init(expected: Int, users: Int, stallTimeout: Duration, start: Duration) {
        self.expected = expected
        self.expectedUsers = users
        self.stallTimeout = stallTimeout
        self.applied = -1
        self.lastProgress = start
        self.lastSearch = start
    }

    /// Stops the clock for a time in which the ledger or the queue was away: nothing could be applied, and nobody stalled.
    package mutating func excuse(_ outage: Duration) {
        lastProgress += outage
        lastSearch += outage
    }

    /// Takes one look at the ledger into account.
    /// - Parameter now: the time of the look, on the clock of `start`.
    package mutating func observe(_ look: Look, at now: Duration) -> Decision {
        let applied = look.applied
        if look.foreign > 0 { return .forged(.numbers(look.foreign)) }
        if applied == expected {
            return look.users == expectedUsers ? .finished : .forged(.users(sent: expectedUsers, found: look.users))
        }
        if applied + look.dead >= expected { return .dead(outstanding: expected - applied) }
        if applied > self.applied {
            self.applied = applied
            lastProgress = now
            lastSearch = now
            return .lookAgain(after: Self.shortestPause, searchesDeadLetters: false)
        }
        let idle = now - lastProgress
        if idle >= stallTimeout { return .stalled(outstanding: expected - applied) }
        // The longer nothing happens, the rarer the looks; never later than the deadline itself.
        let pause = min(max(idle / 4, Self.shortestPause), Self.longestPause)
        let searches = now - lastSearch >= Self.searchInterval
        if searches { lastSearch = now }
        return .lookAgain(after: min(pause, stallTimeout - idle), searchesDeadLetters: searches)
    }
}

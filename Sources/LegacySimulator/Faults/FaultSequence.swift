/// Decides what each request meets, from the seed and the request's number alone, so that runs repeat.
struct FaultSequence: Sendable {
    enum Outcome: Sendable, Equatable {
        case internalError
        case tooManyRequests(retryAfterSeconds: Int?)
        case stream(StreamPlan)
    }

    private let profile: FaultProfile
    private let users: Int
    private let hash: SeededHash
    private let internalError, throttling, cut: Chance
    private var requests = 0
    private var streams = 0

    init(_ profile: FaultProfile, seed: UInt64, users: Int) {
        self.profile = profile
        self.users = users
        hash = SeededHash(seed: seed)
        internalError = Chance(profile.internalErrorRate)
        throttling = Chance(profile.throttlingRate)
        cut = Chance(profile.cutRate)
    }

    /// The outcome for the next request; one with a wrong key is not counted.
    mutating func next() -> Outcome {
        let request = requests
        requests += 1
        if internalError.hits(hash.bits(.internalError, request)) { return .internalError }
        if throttling.hits(hash.bits(.throttling, request)) {
            return .tooManyRequests(retryAfterSeconds: profile.retryAfterSeconds)
        }
        let stream = streams
        streams += 1
        var plan = StreamPlan(number: stream + 1)
        if stream < profile.cutFirst || cut.hits(hash.bits(.cut, stream)) {
            plan.cutAfterUsers = position(profile.cutAt)
        }
        if let stall = profile.stall, stream < profile.stallFirst {
            plan.stall = .init(afterUsers: position(profile.stallAt), duration: stall)
        }
        return .stream(plan)
    }

    private func position(_ share: Double) -> Int { min(Int(share * Double(users)), users) }
}

/// What happens to one stream.
struct StreamPlan: Sendable, Equatable {
    struct Stall: Sendable, Equatable {
        var afterUsers: Int
        var duration: Duration
    }

    /// Counted from 1.
    var number: Int
    /// The connection is closed in the middle of the record after this many; nil for a whole stream.
    var cutAfterUsers: Int?
    var stall: Stall?
}

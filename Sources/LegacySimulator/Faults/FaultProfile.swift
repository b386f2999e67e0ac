/// How the simulated server misbehaves.
struct FaultProfile: Sendable, Equatable {
    /// Chance of a 500 for a request.
    var internalErrorRate = 0.2
    /// Chance of a 429 for a request that got no 500.
    var throttlingRate = 0.2
    /// Seconds in the `Retry-After` header of a 429; nil sends none.
    var retryAfterSeconds: Int?
    /// Streams that are cut, counted from the first.
    var cutFirst = 0
    /// Chance of a cut for a stream after those.
    var cutRate = 0.0
    /// Where a stream is cut: the share of users sent before.
    var cutAt = 0.5
    /// How long a stream stops sending; nil for never.
    var stall: Duration?
    /// Where it stops: the share of users sent before.
    var stallAt = 0.5
    /// Streams that stall, counted from the first.
    var stallFirst = 1
}

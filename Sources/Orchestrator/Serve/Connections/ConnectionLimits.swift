import NIOCore

/// How long a connection may take for what, and how many there may be. No byte restarts any of these clocks.
struct ConnectionLimits: Sendable, Equatable {
    /// From the first moment, or from the answer before, to the complete head of a request. Longer than the 60 s for which the usual
    /// load balancer keeps an idle connection, so that it is never the server that closes one under it.
    var idle = TimeAmount.seconds(75)
    /// From the opening of a connection to the complete head of its first request.
    var firstHead = TimeAmount.seconds(10)
    /// From a request's head to its end.
    var body = TimeAmount.seconds(10)
    /// For how long a reader may take nothing of what was written.
    var stalledReader = TimeAmount.seconds(30)
    /// Requests that a client may send before it has taken the answers to those before.
    var pipelined = 16
    /// Connections at once. When one more comes, the one that has waited longest without a complete request, or without taking its
    /// answer, makes room.
    var connections = 128
    /// Requests answered at once, event streams included. Beyond it only probes are answered.
    var requests = 96
}

/// Which hosts are tried in which order, and for how long: the decisions of connecting, without its network.
///
/// libpq leaves both to the programs that use its non-blocking interface. Its order is kept: the next host follows when one cannot
/// be reached, is starting or stopping, or is not of the kind that `target_session_attrs` asks for. A refused login is final.
struct ConnectPlan: Sendable {
    struct Step: Sendable, Equatable {
        let host: ServerHost
        /// What the server must be, in libpq's words for one host.
        let sessionAttributes: String
    }

    /// Less does not make a connection over a long way, with TLS and a password.
    static let minimumShare: Duration = .seconds(2)

    let steps: [Step]
    /// The limit of one host if `connect_timeout` sets it.
    let hostTimeout: Duration?
    /// What all hosts share otherwise. It grows when each would have less than ``minimumShare``.
    let total: Duration

    init(
        _ options: ConnectionOptions, total: Duration, using generator: inout some RandomNumberGenerator
    ) {
        let hosts = options.balancesLoad ? options.hosts.shuffled(using: &generator) : options.hosts
        let attributes = options.value("target_session_attrs") ?? "any"
        let passes = options.prefersStandby ? ["standby", "any"] : [attributes]
        steps = passes.flatMap { pass in hosts.map { Step(host: $0, sessionAttributes: pass) } }
        hostTimeout = options.hostTimeout
        self.total = steps.count == 1 ? total : max(total, Self.minimumShare * steps.count)
    }

    /// How long the step at `index` may take, `elapsed` after the first one began: an equal share of what is left.
    func time(forStep index: Int, elapsed: Duration) -> Duration {
        if let hostTimeout { return hostTimeout }
        let left = max(total - elapsed, .zero)
        return left / max(steps.count - index, 1)
    }

    /// Whether another host, or another address of the same one, may do what this one did not.
    static func goesOn(after error: PostgresError) -> Bool {
        switch error.code {
        case .connectTimedOut, .unknownHost: true
        case .connectFailed: error.sqlState.map(SQLState.isTransient) ?? true
        default: false
        }
    }

    /// What became of all that were tried, in their order.
    static func failure(_ failures: [PostgresError]) -> PostgresError {
        guard failures.count > 1, let last = failures.last else {
            return failures.first
                ?? PostgresError(.connectFailed, operation: ConnectAttempt.operation, message: "no host was tried")
        }
        // What the server says weighs more than silence: it decides whether trying again can help.
        let telling =
            failures.last { $0.sqlState != nil } ?? failures.last { $0.code == .connectFailed }
            ?? failures.last { $0.code == .connectTimedOut } ?? last
        return telling.with(code: telling.code, message: failures.map(\.message).joined(separator: "; "))
    }
}

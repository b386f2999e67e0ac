import AWSClientSupport
import ServiceRuntime

/// Where `orchestrator serve` listens, who may ask, and when it starts syncs by itself.
struct ServingConfiguration: Sendable {
    let host: String
    /// 0 takes any free port.
    let port: Int
    let access: RequestGuard
    /// From one scheduled start to the next; nil starts none.
    let interval: Duration?
    /// Whether workers run in Lambda: only they have `SQS_MAX_RECEIVE_COUNT`.
    let usesLambda: Bool

    /// - Throws: `ConfigurationError` naming the variable that is missing or malformed.
    init(_ settings: Settings) throws(ConfigurationError) {
        host = settings.string("SYNC_API_HOST") ?? "127.0.0.1"
        port = try settings.integer("SYNC_API_PORT", in: 0...65_535, default: 8080)
        let secret = settings.string("SYNC_API_TOKEN", isSecret: true)
        if let secret {
            guard secret.utf8.count >= BearerToken.minimumLength, secret.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
            else {
                throw ConfigurationError(
                    variable: "SYNC_API_TOKEN",
                    problem:
                        "must have at least \(BearerToken.minimumLength) characters, printable ASCII without spaces")
            }
        }
        let isLoopback = RequestGuard.isLoopback(host: host.lowercased())
        guard isLoopback || secret != nil else {
            throw ConfigurationError(
                variable: "SYNC_API_TOKEN",
                problem:
                    "is not set: SYNC_API_HOST is not loopback, so callers must show a token; without one only loopback is served"
            )
        }
        usesLambda = settings.string("SQS_MAX_RECEIVE_COUNT") != nil
        access = RequestGuard(token: secret.map(BearerToken.init))
        interval = try settings.string("SYNC_EVERY").map { text throws(ConfigurationError) in
            guard let interval = Self.interval(text) else {
                throw ConfigurationError(
                    variable: "SYNC_EVERY",
                    problem: "must be a number with s, m, h or d, from 1s to 30d, for example 6h\(ShownValue.not(text))"
                )
            }
            return interval
        }
    }

    /// "6h" as a duration; nil when it is none, or out of range.
    static func interval(_ text: String) -> Duration? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), count >= 1,
            count <= 30 * 86_400 / unit
        else { return nil }
        return .seconds(count * unit)
    }
}

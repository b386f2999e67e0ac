import ServiceRuntime

/// Where the worker reports its condition, and from when on a failure that lasts makes it count as dead.
struct HealthConfiguration: Sendable {
    static let fileVariable = "WORKER_HEALTH_FILE"

    /// nil when no file was named: nothing is reported then.
    let file: HealthFile?
    /// Seconds for which a consumer may be silent before it counts as hanging. Longer than any statement may take by far: a worker
    /// that is replaced loses what it holds for one visibility timeout, and each such loss counts as a receive.
    let limit: Int

    init(_ settings: Settings) throws(ConfigurationError) {
        file = try settings.path(Self.fileVariable).map(HealthFile.init)
        limit = try settings.integer("WORKER_HEALTH_LIMIT", in: 10...86_400, default: 900)
    }
}

import ArgumentParser
import ServiceRuntime

/// The flags about the health check, of `worker run` and `worker health`.
struct HealthOptions: ParsableArguments, SettingFlags {
    @Option(help: "File that the worker writes its condition to, and 'worker health' reads (WORKER_HEALTH_FILE; none).")
    var healthFile: String?

    @Option(help: "Seconds for which a consumer may be silent before it counts as hanging (WORKER_HEALTH_LIMIT; 900).")
    var healthLimit: String?

    var flags: [String: String?] {
        ["WORKER_HEALTH_FILE": healthFile, "WORKER_HEALTH_LIMIT": healthLimit]
    }
}

import ArgumentParser
import ServiceRuntime

/// The flags of `worker run` beside those of the queue and of logging.
struct WorkerOptions: ParsableArguments, SettingFlags {
    @Option(help: "Batches processed at once (WORKER_CONCURRENCY; twice the number of cores).")
    var concurrency: String?

    @Option(help: "PEM file of the authorities to trust for https, instead of the system's (SSL_CERT_FILE).")
    var caFile: String?

    var flags: [String: String?] {
        ["WORKER_CONCURRENCY": concurrency, "SSL_CERT_FILE": caFile]
    }
}

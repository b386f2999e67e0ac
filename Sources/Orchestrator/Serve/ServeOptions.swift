import ArgumentParser
import ServiceRuntime

/// The flags of `orchestrator serve` beside those of a sync.
struct ServeOptions: ParsableArguments, SettingFlags {
    @Option(help: "Address to listen on; another than loopback needs SYNC_API_TOKEN (SYNC_API_HOST; 127.0.0.1).")
    var host: String?

    @Option(help: "Port to listen on; 0 takes any free one (SYNC_API_PORT; 8080).")
    var port: String?

    @Option(help: "Starts a sync this often, for example 6h; skipped while one runs (SYNC_EVERY; never).")
    var every: String?

    var flags: [String: String?] {
        ["SYNC_API_HOST": host, "SYNC_API_PORT": port, "SYNC_EVERY": every]
    }
}

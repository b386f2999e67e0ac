package import ArgumentParser

/// How a command reports its metrics.
package struct MetricsOptions: ParsableArguments, SettingFlags {
    @Option(
        help:
            "emf: metrics as CloudWatch Embedded Metric Format lines to standard output; none (METRICS_FORMAT; emf in ECS and Lambda, else none)."
    )
    package var metricsFormat: String?

    @Option(help: "Seconds between two lines of metrics (METRICS_INTERVAL; 60).")
    package var metricsInterval: String?

    @Option(help: "Name of this deployment, a dimension of its metrics (METRICS_DEPLOYMENT; user-sync).")
    package var metricsDeployment: String?

    package init() {}

    package var flags: [String: String?] {
        [
            "METRICS_FORMAT": metricsFormat, "METRICS_INTERVAL": metricsInterval,
            "METRICS_DEPLOYMENT": metricsDeployment,
        ]
    }
}

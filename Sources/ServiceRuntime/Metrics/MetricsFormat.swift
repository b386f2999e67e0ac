/// How metrics leave the process (`METRICS_FORMAT`).
package enum MetricsFormat: String, CaseIterable, Sendable {
    /// CloudWatch Embedded Metric Format, one JSON object a line, to standard output.
    case emf
    /// Not at all.
    case none

    /// `emf` where CloudWatch Logs reads standard output, which is in an ECS task and in Lambda; `none` elsewhere.
    ///
    /// ECS and Lambda each set a variable of their own in every container and function:
    /// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html,
    /// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    static func automatic(_ settings: Settings) -> MetricsFormat {
        let runsOnAWS = ["ECS_CONTAINER_METADATA_URI_V4", "AWS_LAMBDA_RUNTIME_API"].contains {
            settings.string($0) != nil
        }
        return runsOnAWS ? .emf : .none
    }
}

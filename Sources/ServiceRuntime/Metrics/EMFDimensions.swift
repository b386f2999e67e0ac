/// The dimensions of every metric: which deployment, and which of its programs.
///
/// A metric's price is by each combination of values that occurs, so there is no further one: none for a task, a lane or a sync.
package struct EMFDimensions: Sendable {
    /// Tells two deployments in one account and region apart. The stack's name on AWS.
    package let deployment: String
    package let service: ServiceMetric.Service

    package init(deployment: String, service: ServiceMetric.Service) {
        self.deployment = deployment
        self.service = service
    }

    /// Reads `METRICS_DEPLOYMENT`.
    /// - Throws: ``ConfigurationError`` when CloudWatch would refuse the value, and with it every metric of the line.
    init(_ settings: Settings, service: ServiceMetric.Service) throws(ConfigurationError) {
        let deployment = settings.string("METRICS_DEPLOYMENT") ?? "user-sync"
        guard Self.isValid(deployment) else {
            throw ConfigurationError(
                variable: "METRICS_DEPLOYMENT",
                problem: "must be 1 to 255 printable ASCII characters, not all of them spaces")
        }
        self.init(deployment: deployment, service: service)
    }

    /// In the order in which a document names them.
    var all: [(name: String, value: String)] {
        [("Deployment", deployment), ("Service", service.rawValue)]
    }

    /// CloudWatch takes values of up to 1024 ASCII characters without control characters, at least one of them no space:
    /// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
    private static func isValid(_ value: String) -> Bool {
        (1...255).contains(value.utf8.count) && value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            && value.utf8.contains { $0 != 0x20 }
    }
}

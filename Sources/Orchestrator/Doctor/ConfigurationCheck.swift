import ServiceRuntime

/// Finds everything that is wrong with the settings of a sync, where reading them stops at the first.
struct ConfigurationCheck: Sendable {
    /// The problems in the order in which they are met.
    let problems: [ConfigurationError]
    /// The settings with sound values in the place of the wrong ones; nil when even that cannot be read.
    let configuration: SyncSettings?

    /// Values of the required variables that pass every check. Nothing is ever sent to them.
    private static let soundValues = [
        "LEGACY_API_URL": "http://127.0.0.1/", "LEGACY_API_KEY": "-", "SQS_QUEUE_URL": "http://127.0.0.1/-.fifo",
        "AWS_REGION": "us-east-1", "DATABASE_URL": "postgresql://127.0.0.1/",
    ]

    init(_ settings: Settings) {
        var problems: [ConfigurationError] = []
        var assumed: [String: String] = [:]
        var configuration: SyncSettings?
        // Each problem hides those behind it. So its variable is taken for a sound one, and everything is read once more.
        while configuration == nil {
            do {
                configuration = try SyncSettings(settings.assuming(assumed))
            } catch {
                guard assumed[error.variable] == nil else { break }
                problems.append(error)
                // What is not required may be left out.
                assumed[error.variable] = Self.soundValues[error.variable] ?? ""
            }
        }
        self.problems = problems
        self.configuration = configuration
    }

    /// Whether none of these variables is among the wrong ones.
    func isSound(_ variables: String...) -> Bool {
        problems.allSatisfy { !variables.contains($0.variable) }
    }

    var findings: [Finding] {
        guard !problems.isEmpty else {
            return [.ok(.configuration, "every setting that a sync needs is there and well-formed")]
        }
        return problems.map { .problem(.configuration, "\($0.variable) \($0.problem)", advice: "set \($0.variable)") }
    }
}

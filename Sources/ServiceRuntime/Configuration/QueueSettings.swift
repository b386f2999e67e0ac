package import AWSClientSupport

/// The queue, and how requests to it are signed and sent.
package struct QueueSettings: Sendable {
    package let queueURL: String
    /// The dead-letter queue, when it was named; else the queue's redrive policy names it.
    package let deadLetterQueueURL: String?
    package let region: String
    /// Set when requests go elsewhere than to the queue URL's own host.
    package let endpoint: AWSEndpoint?
    /// Whether http:// to a host that is not loopback was allowed in so many words.
    package let allowsPlaintext: Bool

    /// - Throws: ``ConfigurationError`` naming the variable that is missing or malformed.
    package init(_ settings: Settings) throws(ConfigurationError) {
        queueURL = try settings.required("SQS_QUEUE_URL", purpose: "the URL of the FIFO queue")
        guard queueURL.hasPrefix("https://") || queueURL.hasPrefix("http://") else {
            throw ConfigurationError(variable: "SQS_QUEUE_URL", problem: "must be an http(s) URL, not '\(queueURL)'")
        }
        guard queueURL.hasSuffix(".fifo") else {
            throw ConfigurationError(
                variable: "SQS_QUEUE_URL", problem: "must name a FIFO queue (ending in .fifo), not '\(queueURL)'")
        }
        deadLetterQueueURL = settings.string("SQS_DEAD_LETTER_QUEUE_URL")
        if let deadLetterQueueURL, !deadLetterQueueURL.hasPrefix("https://"), !deadLetterQueueURL.hasPrefix("http://") {
            throw ConfigurationError(
                variable: "SQS_DEAD_LETTER_QUEUE_URL", problem: "must be an http(s) URL, not '\(deadLetterQueueURL)'")
        }
        guard let region = settings.string("AWS_REGION") ?? settings.string("AWS_DEFAULT_REGION") else {
            throw ConfigurationError(variable: "AWS_REGION", problem: "is not set: the region to sign requests for")
        }
        self.region = region
        var endpoint: AWSEndpoint?
        var destination = (url: queueURL, variable: "SQS_QUEUE_URL")
        for variable in ["AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"] where endpoint == nil {
            guard let url = settings.string(variable) else { continue }
            do {
                endpoint = try AWSEndpoint(parsing: url)
                destination = (url, variable)
            } catch {
                throw ConfigurationError(variable: variable, problem: "must be an http(s) URL: \(error)")
            }
        }
        self.endpoint = endpoint
        try settings.check(url: destination.url, from: destination.variable)
        if endpoint == nil, let deadLetterQueueURL {
            try settings.check(url: deadLetterQueueURL, from: "SQS_DEAD_LETTER_QUEUE_URL")
        }
        allowsPlaintext = try settings.allowsPlaintextHTTP()
    }
}

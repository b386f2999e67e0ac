package import AWSClientSupport
package import CurlHTTP

/// The queue, and how requests to it are signed and sent.
package struct QueueSettings: Sendable {
    package let queueURL: String
    /// The dead-letter queue, when it was named; else the queue's redrive policy names it.
    package let deadLetterQueueURL: String?
    package let region: String
    /// Set when requests go elsewhere than to the queue URL's own host.
    package let endpoint: AWSEndpoint?
    /// Where the region was found, for people.
    package let regionOrigin: String
    /// Where the endpoint was found, for people; nil when there is none.
    package let endpointOrigin: String?
    /// What the environment and the shared files of AWS say.
    package let aws: AWSSettings
    /// How calls are made, to AWS and to others.
    package let http: HTTPClientConfiguration

    /// Whether STS can say who the credentials belong to: it is AWS's own, or one that was configured. Keys for an emulator of queues are
    /// not shown to AWS.
    package var mayAskSTS: Bool {
        if (try? aws.endpoint(of: .sts)) != nil { return true }
        guard endpoint == nil, let origin = try? AWSEndpoint(originOf: queueURL) else { return false }
        return origin.isAWS
    }

    /// - Throws: ``ConfigurationError`` naming the variable that is missing or malformed.
    package init(_ settings: Settings) throws(ConfigurationError) {
        queueURL = try settings.required("SQS_QUEUE_URL", purpose: "the URL of the FIFO queue")
        guard queueURL.hasPrefix("https://") || queueURL.hasPrefix("http://") else {
            throw ConfigurationError(variable: "SQS_QUEUE_URL", problem: "must be an http(s) URL")
        }
        guard queueURL.hasSuffix(".fifo") else {
            throw ConfigurationError(
                variable: "SQS_QUEUE_URL", problem: "must name a FIFO queue: its URL ends in .fifo")
        }
        deadLetterQueueURL = settings.string("SQS_DEAD_LETTER_QUEUE_URL")
        if let deadLetterQueueURL, !deadLetterQueueURL.hasPrefix("https://"), !deadLetterQueueURL.hasPrefix("http://") {
            throw ConfigurationError(
                variable: "SQS_DEAD_LETTER_QUEUE_URL", problem: "must be an http(s) URL")
        }
        aws = try settings.aws()
        let region = try settings.region(aws, purpose: "the region to sign requests for")
        self.region = region.value.name
        regionOrigin = region.origin
        let endpoint: AWSSettings.Sourced<AWSEndpoint>?
        do {
            endpoint = try aws.endpoint(of: .sqs)
        } catch {
            throw ConfigurationError(error)
        }
        self.endpoint = endpoint?.value
        endpointOrigin = endpoint?.origin
        if let endpoint {
            let isVariable = settings.environment[endpoint.origin] != nil
            try settings.check(
                url: endpoint.value.url, from: isVariable ? endpoint.origin : "AWS_ENDPOINT_URL_SQS")
        } else {
            try settings.check(url: queueURL, from: "SQS_QUEUE_URL")
            if let deadLetterQueueURL {
                try settings.check(url: deadLetterQueueURL, from: "SQS_DEAD_LETTER_QUEUE_URL")
            }
        }
        http = try settings.http(aws)
    }
}

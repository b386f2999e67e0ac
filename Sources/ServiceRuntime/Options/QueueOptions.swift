package import ArgumentParser

/// Where the queue is and how to reach it. Credentials come from the environment only, never from the command line.
package struct QueueOptions: ParsableArguments, SettingFlags {
    @Option(help: "URL of the FIFO queue (SQS_QUEUE_URL; required).")
    package var queueURL: String?

    @Option(help: "Endpoint to send to instead of the queue URL's own host (AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL).")
    package var endpointURL: String?

    @Option(help: "AWS region to sign for (AWS_REGION, AWS_DEFAULT_REGION; the profile's, else required).")
    package var region: String?

    @Option(
        name: .customLong("aws-ca-bundle"),
        help: "PEM file of the authorities to trust for calls to AWS (AWS_CA_BUNDLE; SSL_CERT_FILE, else the system's)."
    )
    package var authorities: String?

    @Option(
        help:
            "true: allow http:// to hosts that are not loopback; anyone on the way can read and change everything (ALLOW_PLAINTEXT_HTTP; false)."
    )
    package var allowPlaintextHTTP: String?

    package init() {}

    package var flags: [String: String?] {
        [
            "SQS_QUEUE_URL": queueURL, "AWS_ENDPOINT_URL_SQS": endpointURL, "AWS_REGION": region,
            "AWS_CA_BUNDLE": authorities, "ALLOW_PLAINTEXT_HTTP": allowPlaintextHTTP,
        ]
    }
}

import ServiceRuntime

/// Where the legacy stream is and how to ask for it.
struct LegacyAPIConfiguration: Sendable, CustomStringConvertible {
    let url: String
    let key: String
    /// Time without a byte after which the stream counts as broken.
    let idleTimeout: Duration
    /// PEM file of the authorities to trust instead of the system's.
    let certificateAuthorityFile: String?

    init(_ settings: Settings) throws(ConfigurationError) {
        url = try settings.required("LEGACY_API_URL", purpose: "the URL of the legacy API's user stream")
        try settings.check(url: url, from: "LEGACY_API_URL")
        key = try settings.required(
            "LEGACY_API_KEY", purpose: "the key that the legacy API expects in x-api-key", isSecret: true)
        idleTimeout = .seconds(try settings.integer("SYNC_STREAM_IDLE_TIMEOUT", in: 1...3600, default: 60))
        certificateAuthorityFile = settings.string("SSL_CERT_FILE")
    }

    /// Without the key: configuration is logged.
    var description: String { "LegacyAPIConfiguration(\(url))" }
}

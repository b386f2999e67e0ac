/// Where the legacy stream is and how to ask for it.
package struct LegacyAPIConfiguration: Sendable, CustomStringConvertible {
    package let url: String
    package let key: String
    /// Time without a byte after which the stream counts as broken.
    package let idleTimeout: Duration
    /// PEM file of the authorities to trust instead of the system's.
    package let certificateAuthorityFile: String?

    package init(url: String, key: String, idleTimeout: Duration, certificateAuthorityFile: String?) {
        self.url = url
        self.key = key
        self.idleTimeout = idleTimeout
        self.certificateAuthorityFile = certificateAuthorityFile
    }

    /// Without the key: configuration is logged.
    package var description: String { "LegacyAPIConfiguration(\(url))" }
}

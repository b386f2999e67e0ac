/// What a signing key is good for: one day, one region, one service.
package struct CredentialScope: Sendable, Hashable, CustomStringConvertible {
    package let day: String
    package let region: String
    package let service: String
    /// `20150830/us-east-1/sqs/aws4_request`.
    package let description: String

    package init(day: String, region: String, service: String) {
        self.day = day
        self.region = region
        self.service = service
        description = String(concatenating: day, "/", region, "/", service, "/", Self.terminator)
    }

    static let terminator = "aws4_request"
}

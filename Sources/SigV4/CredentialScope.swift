/// What a signing key is good for: one day, one region, one service.
package struct CredentialScope: Sendable, Hashable, CustomStringConvertible {
    package let day: String
    package let region: String
    package let service: String

    package init(day: String, region: String, service: String) {
        self.day = day
        self.region = region
        self.service = service
    }

    static let terminator = "aws4_request"

    /// `20150830/us-east-1/sqs/aws4_request`.
    package var description: String { "\(day)/\(region)/\(service)/\(Self.terminator)" }
}

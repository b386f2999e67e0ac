/// Why a text is no usable endpoint. Never repeats the text: a URL may carry a password.
package struct AWSEndpointError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case missingScheme
        case unsupportedScheme
        case invalidHost
        case invalidPort
        case containsUserInfo
        case containsQuery
        case invalidPath
        case invalidRegion
    }

    package let code: Code

    package var description: String {
        switch code {
        case .missingScheme: "the URL has no scheme: write https://host or http://host:port"
        case .unsupportedScheme: "the URL's scheme is neither https nor http"
        case .invalidHost: "the URL's host is missing or has characters that no host has"
        case .invalidPort: "the URL's port is not a number from 1 to 65535"
        case .containsUserInfo: "the URL names a user or a password: give credentials by the AWS settings"
        case .containsQuery: "an endpoint has no query and no fragment"
        case .invalidPath: "the URL's path has characters that must be percent-encoded"
        case .invalidRegion: "the region is not a name such as eu-west-1: letters, digits and hyphens"
        }
    }
}

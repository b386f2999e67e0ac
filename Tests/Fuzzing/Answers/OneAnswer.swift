import AWSClientSupport
import CurlHTTP

/// A service that gives every request the same answer.
struct OneAnswer: ServiceTransport {
    let answer: ServiceResponse

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPClientError) -> ServiceResponse {
        answer
    }
}

extension CallEnvironment {
    /// A clock that stands still, no chance, and no waiting between tries.
    static let still = CallEnvironment(unixMilliseconds: { 1_788_093_360_000 }, random: { 0 }, sleep: { _ in })
}

/// Whether a text can be one line of a log: nothing in it moves the cursor, ends the line or turns the writing round.
func isOneLine(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}

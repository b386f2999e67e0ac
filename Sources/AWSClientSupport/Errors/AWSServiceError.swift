/// What a service said when it refused a request.
package struct AWSServiceError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Fault: Sendable, Hashable {
        /// The request is wrong and will be wrong again.
        case sender
        /// The service failed.
        case receiver
    }

    /// The HTTP status.
    package var status: Int
    /// The error's name without its namespace, such as `QueueDoesNotExist`; `HTTP502` when the answer names none.
    package var code: String
    /// The older code of services that once spoke the query protocol, such as `AWS.SimpleQueueService.NonExistentQueue`.
    package var queryCode: String?
    /// What the service says; one line of printable text of bounded length, without the signed request.
    package var message: String
    package var requestID: String?
    package var fault: Fault
    /// SHA-256 of the body as the service computed it, in hexadecimal, when the answer repeats the canonical request.
    package var canonicalPayloadHash: String?

    package init(
        status: Int, code: String, queryCode: String? = nil, message: String, requestID: String? = nil,
        fault: Fault? = nil, canonicalPayloadHash: String? = nil
    ) {
        self.status = status
        self.code = code
        self.queryCode = queryCode
        self.message = message
        self.requestID = requestID
        self.fault = fault ?? (status >= 500 ? .receiver : .sender)
        self.canonicalPayloadHash = canonicalPayloadHash
    }

    package var description: String {
        let request = requestID.map { ", request \($0)" } ?? ""
        return "\(code) (HTTP \(status)\(request)): \(message)"
    }
}

/// One piece of work that Lambda hands out.
package struct LambdaInvocation: Sendable, Equatable {
    /// Names the invocation when it is answered.
    package let requestID: String
    /// When Lambda ends the invocation, in milliseconds since 1970. An answer must be there before.
    package let deadline: Int64
    /// The X-Ray tracing header of the invocation, as it came.
    package let traceHeader: String?
    /// The event's JSON.
    package let event: [UInt8]

    package init(requestID: String, deadline: Int64, traceHeader: String?, event: [UInt8]) {
        self.requestID = requestID
        self.deadline = deadline
        self.traceHeader = traceHeader
        self.event = event
    }
}

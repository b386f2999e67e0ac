/// The answer to a call that succeeded.
package struct AWSResponse: Sendable {
    package let body: [UInt8]
    package let requestID: String?
    /// Tries it took, the last one counted.
    package let attempts: Int
}

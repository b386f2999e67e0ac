/// A response whose head has arrived and whose body is still to be read.
package struct HTTPResponseStream: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: HTTPBody
    /// Whether the body says where it ends (a length, chunks, or no body at all).
    ///
    /// `false`: it ends when the server closes the connection, as in HTTP/1.0, and a cut looks like the end. A reader that must have
    /// everything should refuse such a response, or know the end from the content.
    package let isDelimited: Bool
}

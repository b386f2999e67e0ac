/// Why one attempt to read the legacy stream failed.
package struct StreamFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it was, which decides whether another attempt can help.
    package enum Kind: Sendable, Equatable {
        /// The API answered with a status that brings no stream.
        case status(Int)
        /// The connection could not be made, broke, stalled, or ended before the body was complete.
        case transport(transient: Bool)
        /// The body is not the legacy stream: another content type, for example an HTML error page.
        case unexpectedContent
        /// The body was complete but held no user.
        case empty
        /// The same of a body of this many bytes, too many for an empty list or a message.
        case foreign(bytes: Int64)
        /// The transfer was complete, and the body is unfinished JSON of this many bytes.
        case cut(bytes: Int64)
        /// Bytes came, and for too long no whole record among them.
        case stalled
        /// The body was complete and held far fewer records than the last completed sync received.
        case tooFewRecords
    }

    package let kind: Kind
    /// How long the API asked to be left alone (`Retry-After`); nil when it did not say.
    package let retryAfter: Duration?
    /// What happened, in words, without secrets.
    package let description: String

    package init(kind: Kind, retryAfter: Duration? = nil, description: String) {
        self.kind = kind
        self.retryAfter = retryAfter
        self.description = description
    }

    /// Whether the same request can succeed later without anyone changing anything.
    package var isTransient: Bool {
        switch kind {
        case .status(let code):
            // 408 Request Timeout, 425 Too Early, 429 Too Many Requests, and everything that is the server's fault. A success without a
            // stream (202 Accepted, 204 No Content) is for later, too.
            (200..<300).contains(code) || code == 408 || code == 425 || code == 429 || code >= 500
        case .transport(let transient): transient
        case .unexpectedContent, .empty, .foreign, .cut, .stalled, .tooFewRecords: true
        }
    }
}

/// How long an exchange may take. Each limit that passes has an error code of its own.
package struct HTTPTimeouts: Sendable, Equatable {
    /// For the name, the TCP connection and the TLS handshake together; not counted while the request waits for a free connection.
    package var connect: Duration
    /// For the time in which no byte moves once the connection stands, and for the head of the response as a whole. What the reader keeps
    /// paused is not counted. A long poll needs more than the time it asks the server to wait.
    package var idle: Duration?
    /// For everything, from the call to the last byte of the body, waiting for a free connection and paused time included.
    package var total: Duration?

    /// - Parameters:
    ///   - idle: `nil`: no limit.
    ///   - total: `nil`: no limit.
    package init(connect: Duration = .seconds(10), idle: Duration? = .seconds(60), total: Duration? = nil) {
        self.connect = connect
        self.idle = idle
        self.total = total
    }
}

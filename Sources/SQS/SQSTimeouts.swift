/// How long a try of a call may take.
package struct SQSTimeouts: Sendable, Hashable {
    /// Until the connection stands.
    package var connect: Duration
    /// A whole try of everything but a receive.
    package var call: Duration
    /// What a whole try of a receive may take beyond its wait time.
    package var longPollMargin: Duration

    package init(
        connect: Duration = .seconds(5), call: Duration = .seconds(30), longPollMargin: Duration = .seconds(15)
    ) {
        self.connect = connect
        self.call = call
        self.longPollMargin = longPollMargin
    }
}

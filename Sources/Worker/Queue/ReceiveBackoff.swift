/// How long a message that cannot be applied stays hidden before it is handed out again.
enum ReceiveBackoff {
    /// Doubles with each receive: 1 s, 2 s, 4 s, … up to a minute.
    /// - Parameter receiveCount: how often the message has been received, at least 1.
    static func pause(receiveCount: Int) -> Duration {
        .seconds(min(60, 1 << min(max(receiveCount, 1) - 1, 6)))
    }
}

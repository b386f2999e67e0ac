/// What the callbacks of one turn of the loop share: its time, and whose readers are to be told when it ends.
///
/// Used on the event loop's thread only.
final class LoopTurn {
    /// Read once a turn: a call of the clock for each piece of a body would cost more than it tells.
    var now = ContinuousClock.now
    private var channels: [ResponseChannel] = []

    /// Notes that a channel has something new.
    func touch(_ channel: ResponseChannel) {
        // A transfer's pieces come one after another, so this keeps most repetitions out; waking twice does no harm.
        if channels.last !== channel { channels.append(channel) }
    }

    /// Wakes the readers: once a turn, so that small pieces reach them together.
    func wakeReaders() {
        for channel in channels { channel.wakeReader() }
        channels.removeAll(keepingCapacity: true)
    }
}

/// Through which one consumer shows that it is alive.
struct ConsumerPulse: Sendable {
    let health: WorkerHealth
    let consumer: Int

    /// It finished a step of its work: a poll, a try at a batch, or a while of waiting.
    func step() { health.stepped(consumer) }
}

/// Through which one consumer says that it is alive, and how the queue and the database treat it.
struct ConsumerPulse: Sendable {
    let health: WorkerHealth
    let consumer: Int

    func polled(_ succeeded: Bool) { health.polled(succeeded, consumer: consumer) }

    func askedDatabase(_ isAvailable: Bool) { health.askedDatabase(isAvailable, consumer: consumer) }
}

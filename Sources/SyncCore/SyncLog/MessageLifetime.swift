/// For how long a message of a sync can exist.
package enum MessageLifetime {
    /// Days: 4 in the queue, then 14 in the dead-letter queue, as `infra/templates/queue.yaml` sets them.
    package static let days = 18
}

/// Everything the event loop needs to run one request.
struct TransferOrder: Sendable {
    let request: PreparedRequest
    let channel: ResponseChannel
    let submittedAt: ContinuousClock.Instant
}

import SyncCore

/// Takes readings of the stream, attempt by attempt: what the parser finds, and a call between chunks to pass it on.
///
/// `SyncSink` sends it, `ForecastSink` compares it.
protocol StreamConsumer: LegacyStreamSink, ~Copyable {
    /// Users of the latest attempt so far.
    var users: Int { get }
    /// The stream is about to be opened: what an attempt before brought no longer counts.
    mutating func beginAttempt() async throws
    /// The source answers, and the first bytes are about to come.
    mutating func streamOpened() async throws
    /// Passes on what the parser found in the bytes so far. While it waits, nothing more is read.
    mutating func passOn(streamBytes: Int64) async throws
    /// The attempt has failed. Nothing more comes of it.
    mutating func attemptFailed() async throws
    /// The stream was complete: passes on the rest.
    /// - Parameter profile: what the stream was made of, but for its rejects.
    mutating func complete(_ profile: SourceProfile) async throws
}

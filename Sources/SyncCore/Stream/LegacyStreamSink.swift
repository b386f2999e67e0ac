/// Takes what a `LegacyStreamParser` finds, in the order of the stream.
///
/// Both calls are synchronous and must return soon: the parser holds the chunk until they do. A sink may own
/// noncopyable state, such as a batcher.
package protocol LegacyStreamSink: ~Copyable {
    /// Takes one user; its strings are valid only until this call returns.
    mutating func receive(_ user: UserRecord)
    /// Takes one damaged or unacceptable piece of the stream.
    mutating func receive(_ reject: Reject)
}

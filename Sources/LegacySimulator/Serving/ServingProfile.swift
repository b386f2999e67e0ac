/// How the body travels.
struct ServingProfile: Sendable, Equatable {
    enum ContentCoding: String, Sendable, CaseIterable { case identity, gzip, deflate }

    /// Sizes of the HTTP chunks.
    enum ChunkSize: Sendable, Equatable {
        /// One array a chunk when paced, else about 64 KiB.
        case automatic
        case fixed(Int)
        /// Anything from 1 byte to this many, small ones as often as large ones.
        case random(upTo: Int)
    }

    /// Time from one array to the next; zero sends as fast as the socket takes it.
    var interval = Duration.milliseconds(100)
    var coding = ContentCoding.identity
    var chunkSize = ChunkSize.automatic
}

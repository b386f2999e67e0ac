/// Decodes a body piece by piece: what goes in at once is one chunk from the network, what comes out at once is bounded, so a body
/// that expands a thousandfold needs no more memory than any other.
///
/// A body that is not compressed comes out as it went in, chunk by chunk and without being copied.
struct BodyDecoder {
    /// The most that ``next()`` returns of a compressed body, in bytes.
    static let maximumOutputBytes = 256 << 10

    private enum Phase {
        /// Too few bytes have come to tell what it is.
        case undecided
        case plain
        case inflating(Inflater, Inflater.Format)
        /// A compressed stream has ended. Filling and, in gzip, further members may follow.
        case ended(Inflater.Format)
    }

    private let label: ContentCoding
    private var phase = Phase.undecided
    private var input: [UInt8] = []
    private var offset = 0
    private(set) var inputEnded = false

    /// - Parameter label: What the response says of its coding.
    init(label: ContentCoding) {
        self.label = label
    }

    /// Gives the next encoded bytes, once ``next()`` has returned `nil`.
    mutating func supply(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if offset == input.count {
            input = bytes
        } else {
            input = input[offset...] + bytes
        }
        offset = 0
    }

    /// Says that nothing more will be supplied. What ``next()`` still returns is to be taken before ``finish()``.
    mutating func endInput() {
        inputEnded = true
    }

    /// The next decoded bytes, never empty; `nil`: more input is needed, or there is none.
    mutating func next() throws(ContentDecodingError) -> [UInt8]? {
        while offset < input.count {
            switch phase {
            case .undecided:
                guard inputEnded || input.count - offset >= BodyFormat.decidingBytes else { return nil }
                switch try BodyFormat.format(of: input[offset...].prefix(BodyFormat.decidingBytes), label: label) {
                case .plain: phase = .plain
                case .compressed(let format): phase = .inflating(try Inflater(format), format)
                }
            case .plain:
                return takeInput()
            case .inflating(let inflater, let format):
                let (progress, bytes) = try inflate(inflater)
                offset += progress.consumed
                if progress.reachedEnd { phase = .ended(format) }
                if !bytes.isEmpty { return bytes }
                // Neither taken nor given anything: zlib waits for more.
                if progress.consumed == 0, !progress.reachedEnd { return nil }
            case .ended(let format):
                skipFilling()
                guard offset < input.count else { return nil }
                let rest = input[offset...]
                guard format == .gzip, rest.first == 0x1F, rest.count == 1 || rest.starts(with: [0x1F, 0x8B]) else {
                    throw .damaged("bytes that are no part of it follow the end of the compressed body")
                }
                guard rest.count >= 2 else { return nil }
                // A gzip body may consist of several members, one after the other (RFC 1952, section 2.2).
                phase = .inflating(try Inflater(.gzip), .gzip)
            }
        }
        return nil
    }

    /// Checks that the encoded stream was whole. A body of no bytes at all is: it was never encoded.
    func finish() throws(ContentDecodingError) {
        switch phase {
        case .undecided, .plain: return
        case .inflating: throw .cutShort
        case .ended: guard offset == input.count else { throw .cutShort }
        }
    }

    private mutating func takeInput() -> [UInt8] {
        defer {
            input = []
            offset = 0
        }
        return offset == 0 ? input : Array(input[offset...])
    }

    /// Passes over what some servers fill the last block with: zero bytes and white space.
    private mutating func skipFilling() {
        while offset < input.count, [0x00, 0x09, 0x0A, 0x0D, 0x20].contains(input[offset]) { offset += 1 }
    }

    private func inflate(_ inflater: Inflater) throws(ContentDecodingError) -> (Inflater.Progress, [UInt8]) {
        let capacity = min(Self.maximumOutputBytes, max(16 << 10, (input.count - offset) * 8))
        var outcome: Result<Inflater.Progress, ContentDecodingError> = .failure(.noMemory)
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            outcome = input.withUnsafeBytes { input in
                Result { () throws(ContentDecodingError) in
                    try inflater.inflate(
                        UnsafeRawBufferPointer(rebasing: input[offset...]),
                        into: UnsafeMutableRawBufferPointer(output))
                }
            }
            if case .success(let progress) = outcome { count = progress.produced }
        }
        return (try outcome.get(), bytes)
    }
}

/// Decodes a body piece by piece: what goes in at once is one chunk from the network, what comes out at once is bounded, so a body
/// that expands a thousandfold needs no more memory than any other.
struct BodyDecoder {
    /// The most that ``next()`` returns, in bytes.
    static let maximumOutputBytes = 256 << 10

    private let coding: ContentCoding
    private var inflater: Inflater?
    private var input: [UInt8] = []
    private var offset = 0
    private var sawInput = false
    private var isAtEnd = false

    init(coding: ContentCoding) {
        self.coding = coding
    }

    /// Gives the next encoded bytes, once ``next()`` has returned `nil`.
    mutating func supply(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        sawInput = true
        if offset == input.count {
            input = bytes
        } else {
            input = input[offset...] + bytes
        }
        offset = 0
    }

    /// The next decoded bytes, never empty; `nil`: more input is needed.
    mutating func next() throws(ContentDecodingError) -> [UInt8]? {
        while offset < input.count {
            guard let inflater = try inflaterForInput() else { return nil }
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
            let progress = try outcome.get()
            offset += progress.consumed
            if progress.reachedEnd {
                isAtEnd = true
                self.inflater = nil
            }
            if !bytes.isEmpty { return bytes }
            // Neither taken nor given anything: zlib waits for more.
            if progress.consumed == 0, !progress.reachedEnd { return nil }
        }
        return nil
    }

    /// Checks that the encoded stream was whole. A body of no bytes at all is: it was never encoded.
    func finish() throws(ContentDecodingError) {
        guard isAtEnd || !sawInput else { throw .cutShort }
    }

    private mutating func inflaterForInput() throws(ContentDecodingError) -> Inflater? {
        if let inflater { return inflater }
        let format: Inflater.Format
        switch coding {
        case .gzip:
            // A gzip body may consist of several members, one after the other (RFC 1952, section 2.2).
            format = .gzip
        case .deflate:
            guard !isAtEnd else { throw .damaged("bytes follow the end of the deflate stream") }
            guard input.count - offset >= 2 else { return nil }
            let header = UInt16(input[offset]) << 8 | UInt16(input[offset + 1])
            format = input[offset] & 0x0F == 8 && header % 31 == 0 ? .zlib : .raw
        }
        let inflater = try Inflater(format)
        self.inflater = inflater
        isAtEnd = false
        return inflater
    }
}

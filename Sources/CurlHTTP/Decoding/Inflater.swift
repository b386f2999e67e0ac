internal import CZlib

/// The sole owner of a zlib stream that decompresses.
final class Inflater {
    enum Format {
        case gzip
        case zlib
        /// Deflate data without the zlib header, which some servers send as `deflate`.
        case raw
    }

    struct Progress: Equatable {
        var consumed: Int
        var produced: Int
        /// The stream's end mark was reached and its checksum is right.
        var reachedEnd: Bool
    }

    // zlib keeps the address of the stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    init(_ format: Format) throws(ContentDecodingError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let windowBits: Int32 =
            switch format {
            case .gzip: MAX_WBITS + 16
            case .zlib: MAX_WBITS
            case .raw: -MAX_WBITS
            }
        guard czlib_inflate_init(stream, windowBits) == Z_OK else {
            stream.deallocate()
            throw .noMemory
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decompresses as much as both buffers allow.
    func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ContentDecodingError) -> Progress {
        // zlib's interface lacks the const; it does not write to its input.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: Bytef.self).baseAddress)
        stream.pointee.avail_in = uInt(clamping: input.count)
        stream.pointee.next_out = output.assumingMemoryBound(to: Bytef.self).baseAddress
        stream.pointee.avail_out = uInt(clamping: output.count)
        let offered = (input: Int(stream.pointee.avail_in), output: Int(stream.pointee.avail_out))

        let result = CZlib.inflate(stream, Z_NO_FLUSH)
        let consumed = offered.input - Int(stream.pointee.avail_in)
        let produced = offered.output - Int(stream.pointee.avail_out)
        switch result {
        case Z_OK, Z_BUF_ERROR: return Progress(consumed: consumed, produced: produced, reachedEnd: false)
        case Z_STREAM_END: return Progress(consumed: consumed, produced: produced, reachedEnd: true)
        case Z_MEM_ERROR: throw .noMemory
        default:
            let words = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(result)"
            throw .damaged("the compressed body is damaged: \(words)")
        }
    }
}

import CZlib
import NIOCore

/// Compresses a body piece by piece with zlib.
final class Compressor {
    struct Failure: Error, CustomStringConvertible {
        let status: Int32
        var description: String { "zlib refused to compress (status \(status))" }
    }

    /// zlib keeps a pointer back to the stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Returns: nil for `identity`.
    init?(_ coding: ServingProfile.ContentCoding) throws {
        let windowBits: Int32
        switch coding {
        case .identity: return nil
        case .deflate: windowBits = 15  // HTTP's "deflate" is the zlib format (RFC 9110, 8.4.1.2).
        case .gzip: windowBits = 15 + 16
        }
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = czlib_deflate_init(stream, 1, windowBits)
        guard status == Z_OK else {
            stream.deinitialize(count: 1)
            stream.deallocate()
            throw Failure(status: status)
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    enum Flush {
        /// More input follows soon; zlib may keep some.
        case none
        /// The receiver must be able to decode all of the input so far.
        case sync
        /// That was all.
        case finish
    }

    /// Compresses all readable bytes of `input`.
    func compress(_ input: ByteBuffer, flush: Flush) throws -> ByteBuffer {
        let mode =
            switch flush {
            case .none: Z_NO_FLUSH
            case .sync: Z_SYNC_FLUSH
            case .finish: Z_FINISH
            }
        var input = input
        var output = ByteBufferAllocator().buffer(capacity: 32 << 10)
        try input.readWithUnsafeMutableReadableBytes { bytes in
            stream.pointee.next_in = bytes.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = UInt32(bytes.count)
            var room = 0
            var status = Z_OK
            repeat {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: 16 << 10) { memory in
                    stream.pointee.next_out = memory.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(memory.count)
                    status = deflate(stream, mode)
                    room = Int(stream.pointee.avail_out)
                    return memory.count - room
                }
                // Z_BUF_ERROR only says that there was nothing left to do.
                guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                    throw Failure(status: status)
                }
            } while room == 0 && status != Z_STREAM_END
            stream.pointee.next_in = nil
            return bytes.count
        }
        return output
    }
}

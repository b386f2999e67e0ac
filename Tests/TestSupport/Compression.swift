internal import CZlib

/// What deflated data is wrapped in.
package enum TestCoding: CaseIterable, Sendable {
    case gzip, zlib, raw

    fileprivate var windowBits: Int32 {
        switch self {
        case .gzip: MAX_WBITS + 16
        case .zlib: MAX_WBITS
        case .raw: -MAX_WBITS
        }
    }
}

/// Compresses with zlib itself.
/// - Parameters:
///   - level: 0 (stored) to 9.
///   - repetitions: gives the bytes so often, without the whole in memory.
package func compress(_ bytes: [UInt8], _ coding: TestCoding, level: Int = 6, repetitions: Int = 1) -> [UInt8] {
    var stream = z_stream()
    precondition(czlib_deflate_init(&stream, Int32(level), coding.windowBits) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: 64 << 10)
    var result: [UInt8] = []
    for repetition in 1...repetitions {
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = uInt(input.count)
            var isDone = false
            while !isDone {
                output.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = uInt(output.count)
                    let code = deflate(&stream, repetition == repetitions ? Z_FINISH : Z_NO_FLUSH)
                    result += output[..<(output.count - Int(stream.avail_out))]
                    isDone = repetition == repetitions ? code == Z_STREAM_END : stream.avail_in == 0
                }
            }
        }
    }
    return result
}

/// Decompresses the data at the front of the bytes, all of it in one go.
/// - Returns: what it holds, and how many bytes it takes up; nil when it is damaged or does not come to its end.
package func decompress(_ bytes: ArraySlice<UInt8>, _ coding: TestCoding) -> (bytes: [UInt8], length: Int)? {
    var stream = z_stream()
    precondition(czlib_inflate_init(&stream, coding.windowBits) == Z_OK)
    defer { inflateEnd(&stream) }
    var input = Array(bytes)
    var output = [UInt8](repeating: 0, count: 64 << 10)
    var result: [UInt8] = []
    return input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = uInt(input.count)
        while true {
            let code = output.withUnsafeMutableBufferPointer { output in
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                let code = inflate(&stream, Z_NO_FLUSH)
                result += output[..<(output.count - Int(stream.avail_out))]
                return code
            }
            if code == Z_STREAM_END { return (result, input.count - Int(stream.avail_in)) }
            guard code == Z_OK else { return nil }
        }
    }
}

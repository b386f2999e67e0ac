import CZlib

enum TestCoding: CaseIterable {
    case gzip, zlib, raw

    var windowBits: Int32 {
        switch self {
        case .gzip: MAX_WBITS + 16
        case .zlib: MAX_WBITS
        case .raw: -MAX_WBITS
        }
    }
}

/// Compresses with zlib itself; `repetitions` gives the bytes so often without holding the whole in memory.
func compress(_ bytes: [UInt8], _ coding: TestCoding, repetitions: Int = 1) -> [UInt8] {
    var stream = z_stream()
    precondition(czlib_deflate_init(&stream, 6, coding.windowBits) == Z_OK)
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

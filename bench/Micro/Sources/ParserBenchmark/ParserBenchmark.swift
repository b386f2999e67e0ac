import Foundation
import SyncCore

/// Measures the stream parser alone: a file from memory, in chunks as large as the network's, into a sink that only sums.
@main
struct ParserBenchmark {
    /// Reads every field, so that no work can be left out, and keeps nothing.
    private struct SummingSink: LegacyStreamSink {
        var sum: Int64 = 0

        mutating func receive(_ user: UserRecord) {
            sum &+= user.legacyID &+ user.createdAt &+ Int64(user.userName.count + user.email.count)
            sum &+= user.deleted ? 1 : 0
        }

        mutating func receive(_ reject: Reject) {}
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2, let chunkBytes = arguments.count > 2 ? Int(arguments[2]) : 16_384, chunkBytes > 0
        else {
            FileHandle.standardError.write(Data("usage: ParserBenchmark FILE [CHUNK_BYTES]\n".utf8))
            exit(64)
        }
        let stream = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[1])))
        var seconds: [Double] = []
        var users = 0
        var rejects = 0
        var sum: Int64 = 0
        for _ in 0..<7 {
            let start = cpuSeconds()
            var parser = LegacyStreamParser()
            var sink = SummingSink()
            stream.withUnsafeBytes { bytes in
                var position = 0
                while position < bytes.count {
                    let count = min(chunkBytes, bytes.count - position)
                    parser.consume(UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]), into: &sink)
                    position += count
                }
            }
            parser.finish(into: &sink)
            seconds.append(cpuSeconds() - start)
            (users, rejects, sum) = (parser.users, parser.rejects, sink.sum)
        }
        let median = seconds.sorted()[seconds.count / 2]
        print(
            String(
                format: "user-sync   %d users, %d rejects: %.2f M users/s, %.2f GB/s (sum %lld)", users, rejects,
                Double(users) / median / 1e6, Double(stream.count) / median / 1e9, sum))
    }

    /// Seconds of processor time that this process has used, so that a busy machine does not change the figure much.
    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

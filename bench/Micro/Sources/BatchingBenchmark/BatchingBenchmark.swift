import Foundation
import SyncCore

/// Measures what the orchestrator does to a parsed user (lane, batch, message) and what a worker does to get it back
/// (decode, newest record for each name). One core, no I/O. On request the messages are left in a file, with NULs between them.
@main
struct BatchingBenchmark {
    private static let rounds = 7

    private struct BatchingSink: LegacyStreamSink, ~Copyable {
        var batcher: LaneBatcher
        var batches: [Batch] = []

        mutating func receive(_ user: UserRecord) {
            // A user that fits no message is not in the benchmark's data.
            if let batch = try? batcher.append(user) { batches.append(batch) }
        }

        mutating func receive(_ reject: Reject) {}
    }

    private struct SamplingSink: LegacyStreamSink {
        var sample = NameSample()
        mutating func receive(_ user: UserRecord) {
            if sample.count < LaneLearning.mostNames { sample.add(user.userName) }
        }
        mutating func receive(_ reject: Reject) {}
    }

    private struct CountingSink: LegacyStreamSink {
        var users = 0
        mutating func receive(_ user: UserRecord) { users += 1 }
        mutating func receive(_ reject: Reject) {}
    }

    static func main() throws {
        guard (2...3).contains(CommandLine.arguments.count) else {
            FileHandle.standardError.write(Data("usage: BatchingBenchmark FILE [MESSAGES]\n".utf8))
            exit(64)
        }
        let stream = [UInt8](try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1])))
        var users = 0
        let parsing = median {
            var sink = CountingSink()
            parse(stream, into: &sink)
            users = sink.users
        }
        var sampling = SamplingSink()
        parse(stream, into: &sampling)
        let learned = sampling.sample.choice(lanes: 32).assignment
        let (hashing, _) = batch(stream, lanes: .hashed(32))
        let (batching, batches) = batch(stream, lanes: learned)
        var rows = 0
        let decoding = try median {
            rows = 0
            for batch in batches { rows += try MessageDecoder.decode(batch.body).count }
        }
        let sorting = try median {
            rows = 0
            for batch in batches { rows += try MessageDecoder.decode(batch.body).latestPerUserName().count }
        }
        let bytes = batches.reduce(0) { $0 + $1.body.count }
        report("lanes by \(learned.kind), batches and messages", users, batching - parsing)
        report("lanes by hashes of names, batches and messages", users, hashing - parsing)
        report("decoding", users, decoding)
        report("newest record for each name, sorted", users, sorting - decoding)
        if CommandLine.arguments.count == 3 {
            // A body holds no NUL.
            let bodies = batches.map(\.body).joined(separator: [0])
            try Data(bodies).write(to: URL(fileURLWithPath: CommandLine.arguments[2]))
        }
        print("\(batches.count) messages, \(bytes / max(users, 1)) bytes a user, \(rows) rows")
    }

    private static func batch(_ stream: [UInt8], lanes: LaneAssignment) -> (seconds: Double, batches: [Batch]) {
        var batches: [Batch] = []
        let seconds = median {
            var sink = BatchingSink(
                batcher: LaneBatcher(
                    syncID: 1, firstBatchNumber: 1, lanes: lanes, maximumUsers: 1000, maximumBodyBytes: 262_144))
            parse(stream, into: &sink)
            while let batch = sink.batcher.flushNext() { sink.batches.append(batch) }
            batches = sink.batches
        }
        return (seconds, batches)
    }

    private static func parse(_ stream: [UInt8], into sink: inout some LegacyStreamSink & ~Copyable) {
        var parser = LegacyStreamParser()
        stream.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: 16_384) {
                parser.consume(
                    UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 16_384, bytes.count)]), into: &sink)
            }
        }
        parser.finish(into: &sink)
    }

    private static func report(_ what: String, _ users: Int, _ seconds: Double) {
        print(
            String(
                format: "%@: %.2f M users/s, %.0f ns a user", what, Double(users) / seconds / 1e6,
                seconds / Double(users) * 1e9))
    }

    /// The median processor time of some rounds, in seconds.
    private static func median(_ body: () throws -> Void) rethrows -> Double {
        var seconds: [Double] = []
        for _ in 0..<rounds {
            let start = cpuSeconds()
            try body()
            seconds.append(cpuSeconds() - start)
        }
        return seconds.sorted()[rounds / 2]
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

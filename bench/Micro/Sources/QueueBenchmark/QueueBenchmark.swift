import AWSClientSupport
import CurlHTTP
import Foundation
import Logging
import SQS
import SigV4

/// Measures round trips to the queue: all messages are sent with some calls under way at once, and then received and deleted by as many
/// consumers.
///
/// `FILE` holds message bodies with NULs between them. The queue is a FIFO queue that holds nothing and that nobody else uses; region,
/// credentials and endpoint are those of the environment.
@main
struct QueueBenchmark {
    private static let callsAtOnce = [1, 2, 4, 8]
    /// Bounds the time: the figures are per call and per second.
    private static let maximumMessages = 600

    static func main() async throws {
        let arguments = CommandLine.arguments
        let environment = ProcessInfo.processInfo.environment
        guard arguments.count == 4, let rounds = Int(arguments[3]), rounds > 0, let region = environment["AWS_REGION"],
            let key = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"]
        else {
            let usage =
                "usage: AWS_REGION=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… QueueBenchmark FILE QUEUE_URL ROUNDS\n"
            FileHandle.standardError.write(Data(usage.utf8))
            exit(64)
        }
        let bodies = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[1]))).split(separator: 0)
        let logger = Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })
        let http = HTTPClient(logger: logger)
        let sqs = try SQSClient(
            http: http,
            credentials: StaticCredentialProvider(Credentials(accessKeyID: key, secretAccessKey: secret)),
            region: region, endpoint: try environment["AWS_ENDPOINT_URL_SQS"].map { try AWSEndpoint(parsing: $0) },
            logger: logger)
        let trips = RoundTrips(sqs: sqs, queueURL: arguments[2], bodies: bodies.prefix(maximumMessages).map(Array.init))
        try await measure(trips, rounds: rounds)
        // A loop that still ends while the process does would meet what OpenSSL has freed.
        await http.shutdown()
    }

    private static func measure(_ trips: RoundTrips, rounds: Int) async throws {
        var sent: [Int: [RoundTrips.Pass]] = [:]
        var taken: [Int: [RoundTrips.Pass]] = [:]
        // The first pass makes the connections, and what the server makes when it is first asked.
        _ = try await trips.send(callsAtOnce: 1)
        _ = try await trips.receive(consumers: 1)
        for _ in 0..<rounds {
            // Round by round, so that a slow minute hits every width.
            for width in callsAtOnce {
                sent[width, default: []].append(try await trips.send(callsAtOnce: width))
                taken[width, default: []].append(try await trips.receive(consumers: width))
            }
        }
        print(
            "| calls at once | one send | messages sent a second | one receive | messages received and deleted a second |"
        )
        print("| --- | --- | --- | --- | --- |")
        for width in callsAtOnce {
            guard let sent = sent[width], let taken = taken[width] else { continue }
            print(
                String(
                    format: "| %d | %.1f ms | %.0f | %.1f ms | %.0f |", width, milliseconds(sent), rate(sent, trips),
                    milliseconds(taken), rate(taken, trips)))
        }
        let bytes = trips.bodies.reduce(0) { $0 + $1.count } / max(trips.bodies.count, 1)
        print("\(trips.bodies.count) messages of \(bytes) bytes, in \(trips.calls.count) calls")
    }

    /// The median call of all passes.
    private static func milliseconds(_ passes: [RoundTrips.Pass]) -> Double {
        median(passes.flatMap(\.calls)) / .milliseconds(1)
    }

    private static func rate(_ passes: [RoundTrips.Pass], _ trips: RoundTrips) -> Double {
        Double(trips.bodies.count) / (median(passes.map(\.elapsed)) / .seconds(1))
    }

    private static func median(_ durations: [Duration]) -> Duration {
        durations.isEmpty ? .zero : durations.sorted()[durations.count / 2]
    }
}

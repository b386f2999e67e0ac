import Logging
import SQS
import ServiceRuntime
import Synchronization
import Testing

@testable import Worker

@Suite("What is logged of a message")
struct MessageNamesTests {
    /// The line that is logged of a message which came in such an event's record.
    private func line(_ record: String) throws -> String {
        let message = try #require(QueueEvent(json: Array("{\"Records\":[\(record)]}".utf8)).records.first?.message)
        let written = LoggedLines()
        let logger = Logger(label: "worker") { label in
            ServiceLogHandler(label: label, format: .json, level: .info) { written.append($0) }
        }
        logger.naming(message).info("done\nand told", metadata: ["users": .stringConvertible(7)])
        let lines = written.lines
        #expect(lines.count == 1)
        return lines.first ?? ""
    }

    @Test("a line about a batch names sync and batch as numbers, the trace, and the message")
    func batch() throws {
        let trace = #""traceparent":{"stringValue":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}"#
        let line = try line(
            #"{"messageId":"m-1","body":"x","attributes":{"MessageGroupId":"u3","MessageDeduplicationId":"s42a1b17"},"#
                + #""messageAttributes":{\#(trace)}}"#)
        #expect(
            line.hasSuffix(
                #""message":"done\nand told","batch":17,"message_id":"m-1","sync_id":42,"#
                    + #""trace_id":"0af7651916cd43dd8448eb211c80319c","users":7}"# + "\n"))
        // One event is one line, whatever it holds.
        #expect(line.count { $0 == "\n" } == 1)
    }

    @Test("a message that is none of ours is named by what it has")
    func foreign() throws {
        let line = try line(
            #"{"messageId":"m-1","body":"x","attributes":{"MessageGroupId":"other"},"messageAttributes":{"traceparent":{"stringValue":"7"}}}"#
        )
        #expect(line.hasSuffix(#""message":"done\nand told","message_id":"m-1","users":7}"# + "\n"))
    }
}

private final class LoggedLines: Sendable {
    private let written = Mutex<[String]>([])

    var lines: [String] { written.withLock { $0 } }

    func append(_ line: String) { written.withLock { $0.append(line) } }
}

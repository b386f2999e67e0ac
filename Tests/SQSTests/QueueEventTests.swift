import Testing

@testable import SQS

@Suite("The event of a Lambda function")
struct QueueEventTests {
    /// A record as Lambda sends it for a FIFO queue.
    private func record(
        id: String = #""messageId":"11d6ee51-4cc7-4302-9e22-7cd8afdaadf5","#,
        body: String = #""body":"Test message.","md5OfBody":"e4e68fb7bd0e697a0ae8f1bb342846b3","#,
        source: String = #""eventSource":"aws:sqs","#
    ) -> String {
        "{\(id)\"receiptHandle\":\"AQEB\",\(body)"
            + #""attributes":{"ApproximateReceiveCount":"2","SentTimestamp":"1573251510774","#
            + #""SequenceNumber":"18849496460467696128","MessageGroupId":"u7","SenderId":"AIDA","#
            + #""MessageDeduplicationId":"s1a1b2","ApproximateFirstReceiveTimestamp":"1573251510774"},"#
            + #""messageAttributes":{"traceparent":{"stringValue":"00-1-2-01","stringListValues":[],"#
            + #""binaryListValues":[],"dataType":"String"},"bytes":{"binaryValue":"AA==","dataType":"Binary"}},"#
            + source
            + #""eventSourceARN":"arn:aws:sqs:us-east-2:123456789012:fifo.fifo","awsRegion":"us-east-2","later":[{"a":1}]}"#
    }

    private func event(_ records: String...) throws -> QueueEvent {
        try QueueEvent(json: Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8))
    }

    private func failure(_ text: String) -> QueueEvent.Failure? {
        do {
            _ = try QueueEvent(json: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test("a record is read as the message it is, whatever else it holds")
    func message() throws {
        let record = try #require(try event(record()).records.first)
        #expect(record.damage == nil)
        #expect(record.message.messageID == "11d6ee51-4cc7-4302-9e22-7cd8afdaadf5")
        #expect(record.message.body == Array("Test message.".utf8))
        #expect(record.message.messageGroupID == "u7")
        #expect(record.message.deduplicationID == "s1a1b2")
        #expect(record.message.receiveCount == 2)
        #expect(record.message.sentTimestamp == 1_573_251_510_774)
        #expect(record.message.attributes == ["traceparent": "00-1-2-01"])
    }

    @Test("a damaged body is the message's own trouble, not the event's")
    func damage() throws {
        let damaged = record(body: #""body":"Other message.","md5OfBody":"e4e68fb7bd0e697a0ae8f1bb342846b3","#)
        let records = try event(record(), damaged, record(body: "")).records
        #expect(records.map { $0.damage != nil } == [false, true, true])
        #expect(records[1].damage?.contains("MD5") == true)
    }

    @Test("an event that is none is refused as a whole, with the reason")
    func refused() throws {
        #expect(failure("{}") == .noRecords)
        #expect(failure(#"{"Records":{}}"#) == .noRecords)
        #expect(failure("{\"Records\":[\(record()),\(record(id: ""))]}") == .unnamed(index: 1))
        #expect(failure("{\"Records\":[\(record(id: #""messageId":7,"#))]}") == .unnamed(index: 0))
        #expect(
            failure("{\"Records\":[\(record(source: #""eventSource":"aws:kinesis","#))]}") == .foreignSource(index: 0))
        for text in [
            "", "[]", "7", "{\"Records\":[7]}", "{\"Records\":[\(record())", String(repeating: "[", count: 9999),
        ] {
            guard case .json = failure(text) else {
                Issue.record("not refused as JSON: \(text.prefix(40))")
                continue
            }
        }
    }

    @Test("an event without messages is sound")
    func empty() throws {
        #expect(try event().records.isEmpty)
    }

    @Test("an event cut anywhere is refused and never crashes")
    func cuts() {
        let whole = Array("{\"Records\":[\(record())]}".utf8)
        for length in 0..<whole.count {
            #expect(throws: QueueEvent.Failure.self) { try QueueEvent(json: Array(whole[..<length])) }
        }
    }
}

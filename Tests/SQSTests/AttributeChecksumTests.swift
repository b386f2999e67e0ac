import Testing

@testable import SQS

@Suite("The checksum of message attributes")
struct AttributeChecksumTests {
    private let queue = "http://h/q"
    private let trace = ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]

    /// Sends one message with an attribute to a queue that answers with this checksum.
    private func send(checksum: String) async throws -> BatchResult<SendMessageBatchEntry.Result> {
        let answer = """
            {"Successful":[{"Id":"a","MessageId":"m","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592",
            "MD5OfMessageAttributes":\(checksum)}]}
            """
        return try await ScriptedService(answer).client().sendMessageBatch(
            queueURL: queue,
            entries: [SendMessageBatchEntry(id: "a", body: Array("hello".utf8), attributes: trace)])
    }

    // Digests made by a program that is not ours, from the published rules.
    @Test(
        "is made of names, types and values in the order of the names",
        arguments: [
            (
                ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
                "bea2564b4c828908d0473cae38673bfa"
            ),
            (["b": "2", "a": "ü"], "d3c78f34cb7edbe1a0627e95f6e99542"),
        ])
    func digest(attributes: [String: String], digest: String) {
        #expect(AttributeChecksum.matches(digest, attributes))
        #expect(!AttributeChecksum.matches(digest, attributes.merging(["c": "3"]) { old, _ in old }))
    }

    @Test("a queue that took the attributes as they were sent, or does not say, has the message")
    func accepted() async throws {
        for checksum in [#""bea2564b4c828908d0473cae38673bfa""#, "null"] {
            #expect(try await send(checksum: checksum).successful.map(\.id) == ["a"])
        }
    }

    @Test("a queue that took other attributes than were sent has failed, for good")
    func refused() async throws {
        let failed = try await send(checksum: #""bea2564b4c828908d0473cae38673bfb""#).failed
        #expect(failed.map(\.code) == [BatchFailure.attributesMismatch])
        #expect(failed.allSatisfy { !$0.isRetryable })
    }
}

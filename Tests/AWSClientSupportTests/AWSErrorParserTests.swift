import AWSClientSupport
import TestSupport
import Testing

@Suite("AWS errors")
struct AWSErrorParserTests {
    private func parse(_ status: Int, _ body: String, _ headers: [String: String] = [:]) -> AWSServiceError {
        AWSErrorParser.parse(status: status, header: { headers[$0] }, body: Array(body.utf8))
    }

    @Test("a JSON error gives its short name, its message, the older code and the request")
    func json() {
        let error = parse(
            400, #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#,
            ["x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender", "x-amzn-requestid": "r-1"])
        #expect(error.code == "QueueDoesNotExist")
        #expect(error.queryCode == "AWS.SimpleQueueService.NonExistentQueue")
        #expect(error.message == "The specified queue does not exist.")
        #expect(error.requestID == "r-1")
        #expect(error.fault == .sender)
    }

    @Test(
        "a service that repeats the request in its error shows no token, whatever its words",
        arguments: [
            "Rejected. Headers: X-Amz-Security-Token: SEKRIT", "é x-amz-security-token=SEKRIT",
            "bad Authorization: AWS4-HMAC-SHA256 Credential=A/SEKRIT", "İ AUTHORIZATION: SEKRIT",
            "The Canonical String for this request should have been SEKRIT",
        ])
    func repeatsRequest(message: String) {
        let error = parse(403, #"{"__type":"SignatureDoesNotMatch","message":"\#(message)"}"#)
        #expect(!error.description.contains("SEKRIT"), "\(error)")
    }

    @Test(
        "the name is found however it is dressed",
        arguments: [
            ##"{"__type":"#ExpiredToken"}"##, #"{"__type":"ExpiredToken:http://internal/coral"}"#,
            #"{"__type":"ExpiredToken"}"#,
            #"{"code":"ExpiredToken","Message":"m"}"#, ##"{"other":{"x":[1]},"__type":"a.b.c#ExpiredToken"}"##,
            "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>m</Message></Error></ErrorResponse>",
        ])
    func names(body: String) {
        #expect(parse(403, body).code == "ExpiredToken")
    }

    @Test("an XML error is read with its entities")
    func xml() {
        let error = parse(
            403,
            """
            <?xml version="1.0"?><ErrorResponse><Errors><Error><Code>SignatureDoesNotMatch</Code>
            <Message>a &lt;b&gt; &amp;amp; c &unknown;</Message></Error></Errors><RequestId>x-9</RequestId></ErrorResponse>
            """)
        #expect(error.code == "SignatureDoesNotMatch")
        #expect(error.message == "a <b> &amp; c &unknown;")
        #expect(error.requestID == "x-9")
    }

    @Test("a proxy's page gives the status as the code and the page's title")
    func html() {
        let error = parse(502, "<html><head><title>502 Bad\nGateway</title></head><body>…</body></html>")
        #expect(error.code == "HTTP502")
        #expect(error.message == "a page titled \"502 Bad Gateway\", not an AWS error")
        #expect(error.fault == .receiver)
        #expect(ErrorClass(error) == .transient)
    }

    @Test(
        "noise is never a failure of its own",
        arguments: [
            "", "{", "[]", "null", "\u{0}\u{1}", "<", "<Code>", "<Code></Code>", "{\"__type\":5}", "<Message><Code>",
        ])
    func noise(body: String) {
        let error = parse(500, body)
        #expect(error.code == "HTTP500")
        #expect(ErrorClass(error) == .transient)
    }

    @Test("random bytes are never a failure of their own, and give one printable line")
    func fuzz() {
        var random = SeededGenerator(seed: 11)
        let pieces = [
            "<Code>", "</Code>", "{\"__type\":\"", "\"}", "&amp;", "<Message>", "\u{202E}", "\u{0}", "a", "<title>",
            "é",
        ]
        for _ in 0..<5_000 {
            var body: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                if Bool.random(using: &random) {
                    body += Array((pieces.randomElement(using: &random) ?? "").utf8)
                } else {
                    body.append(UInt8.random(in: 0...255, using: &random))
                }
            }
            let error = AWSErrorParser.parse(status: 418, header: { _ in nil }, body: body)
            #expect(!error.code.isEmpty)
            #expect(error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
        }
    }

    @Test("messages are bounded, and the copy of the signed request is cut off: it holds the session token")
    func canonicalRequest() {
        let hash = String(repeating: "ab", count: 32)
        let message =
            "The request signature we calculated does not match.\\n\\nThe Canonical String for this request should have been\\n'POST\\n/\\n\\n"
            + "x-amz-security-token:TOPSECRET\\n\\nhost\\n\(hash)'\\n\\nThe String-to-Sign should have been\\n'AWS4-HMAC-SHA256\\n\(String(repeating: "0", count: 64))'"
        let error = parse(403, "{\"__type\":\"InvalidSignatureException\",\"message\":\"\(message)\"}")
        #expect(error.message == "The request signature we calculated does not match.")
        #expect(error.canonicalPayloadHash == hash)
        #expect(!error.description.contains("TOPSECRET"))
        #expect(parse(500, String(repeating: "x", count: 100_000)).message.count == 501)
    }
}

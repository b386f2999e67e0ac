import AWSClientSupport
import CurlHTTP
import TestSupport

/// Makes answers as SQS, its emulators and proxies give them, and then damages them.
enum AnswerGenerator {
    /// What the answer could be an answer to; damaged ones, and those to something else, come too.
    enum Call: CaseIterable {
        case receive, send, delete, attributes
    }

    static func answer(using random: inout SeededGenerator) -> (call: Call, answer: ServiceResponse) {
        let status = pick(random.chance(1, in: 3) ? statuses : [200], using: &random)
        let call = pick(Call.allCases, using: &random)
        let fitting = sound.filter { $0.calls.contains(call) }.map(\.body)
        let templates = random.chance(1, in: 10) ? sound.map(\.body) + errors : status == 200 ? fitting : errors
        var body = Array(pick(templates, using: &random).utf8)
        if !random.chance(1, in: 4) {
            for _ in 0..<Int.random(in: 1...4, using: &random) { Damage.strike(&body, tokens: tokens, using: &random) }
        }
        if random.chance(1, in: 1_000) {
            // Nesting far beyond what a stack would hold.
            body = Array(String(repeating: pick(nests, using: &random), count: 5_000).utf8)
        }
        var headers: HTTPHeaders = [:]
        for (name, values) in headerValues where random.chance(1, in: 4) {
            var value = Array(pick(values, using: &random).utf8)
            if random.chance(1, in: 2) { Damage.strike(&value, tokens: tokens, using: &random) }
            headers[name] = String(decoding: value, as: UTF8.self)
        }
        return (call, ServiceResponse(status: status, headers: headers, body: body))
    }

    private static func pick<Element>(_ elements: [Element], using random: inout SeededGenerator) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private static let statuses = [200, 400, 403, 404, 413, 429, 500, 502, 503, 504, 301, 0, 999]
    private static let helloMD5 = "5d41402abc4b2a76b9719d911017c592"
    private static let sound: [(calls: Set<Call>, body: String)] = [
        (
            [.receive],
            """
            {"Messages":[{"MessageId":"m","ReceiptHandle":"r","MD5OfBody":"\(helloMD5)","Body":"hello",\
            "Attributes":{"ApproximateReceiveCount":"1","MessageGroupId":"lane-1","SentTimestamp":"1788093360000"},\
            "MessageAttributes":{"a":{"StringValue":"x","DataType":"String"}}}]}
            """
        ),
        (
            [.receive],
            """
            {"Messages":[{"ReceiptHandle":"r","MD5OfBody":"\(helloMD5)","Body":"\\u0068\\u0065llo"},\
            {"ReceiptHandle":"s","MD5OfBody":"d41d8cd98f00b204e9800998ecf8427e","Body":""}]}
            """
        ),
        ([.receive, .send, .delete, .attributes], #"{"Messages":null}"#),
        (
            [.send, .delete],
            """
            {"Successful":[{"Id":"a","MessageId":"m","MD5OfMessageBody":"\(helloMD5)","SequenceNumber":"18850001"}],\
            "Failed":[{"Id":"b","SenderFault":true,"Code":"InvalidMessageContents","Message":"no"}]}
            """
        ),
        (
            [.send, .delete],
            #"{"Successful":[{"Id":"b"},{"Id":"b"},{"Id":"zzz"}],"Failed":[{"Id":"a","SenderFault":false,"Code":"X"}]}"#
        ),
        (
            [.attributes],
            #"{"Attributes":{"FifoQueue":"true","RedrivePolicy":"{\"maxReceiveCount\":5}","VisibilityTimeout":"30"}}"#
        ),
    ]
    private static let errors = [
        #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#,
        #"{"__type":"InvalidSignatureException","message":"Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z"}"#,
        ##"{"__type":"#ThrottlingException","Message":"slow\u202edown\u0007"}"##,
        "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>a &amp; b &#x0; &#1114112;</Message></Error></ErrorResponse>",
        "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>", "<Message><Code>", "",
        "upstream\r\nfailed",
    ]
    private static let nests = ["{\"Messages\":[", "[", "{\"a\":", "<Error>", "<Code>", "&amp;"]
    private static let headerValues: [(name: String, values: [String])] = [
        ("x-amzn-query-error", ["AWS.SimpleQueueService.NonExistentQueue;Sender", ";", "a;b;c"]),
        ("x-amzn-requestid", ["5f1b0a2c-0000", "\u{1B}[2J"]),
        (
            "Date",
            [
                "Tue, 01 Sep 2026 12:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
                "yesterday",
            ]
        ),
        ("Retry-After", ["1", "-1", "99999999999999999999", "Tue, 01 Sep 2026 12:00:00 GMT", ""]),
        ("Content-Type", ["application/x-amz-json-1.0", "text/html"]),
    ]
    private static let tokens: [[UInt8]] =
        [
            "{", "}", "[", "]", "\"", "\\", "\\u", "\\ud800", ",", ":", "null", "1e999", "-", "true", "\u{0}", "<Code>",
            "</Code>",
            "<", "&amp;", "&#x10FFFF;", "&#xD800;", "\u{202E}", "\r\n", "\"Body\":", "\"Id\":\"b\",",
            "9223372036854775808",
        ].map { Array($0.utf8) }
}

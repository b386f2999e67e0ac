import SQS
import Testing

@Suite("What is checked before anything is sent")
struct ChecksBeforeSendingTests {
    private let service = ScriptedService("{}")

    private func entry(_ id: String = "a", _ body: String = "x") -> SendMessageBatchEntry {
        SendMessageBatchEntry(id: id, body: Array(body.utf8))
    }

    private func refusal(_ entries: [SendMessageBatchEntry], limits: SQSLimits = SQSLimits()) async throws -> SQSError {
        let client = try service.client(limits: limits)
        let error = try #require(
            await failure { try await client.sendMessageBatch(queueURL: "http://h/q", entries: entries) })
        #expect(service.requests.isEmpty)
        #expect(error.attempts == 0)
        #expect(!error.isRetryable)
        return error
    }

    private func isAccepted(_ entries: [SendMessageBatchEntry], limits: SQSLimits = SQSLimits()) async throws -> Bool {
        let service = ScriptedService("{}")
        let client = try service.client(limits: limits)
        _ = try await client.sendMessageBatch(queueURL: "http://h/q", entries: entries)
        return service.requests.count == 1
    }

    @Test("a batch has 1 to 10 entries with distinct, well-formed IDs")
    func batches() async throws {
        for entries in [
            [], (0...10).map { entry("\($0)") }, [entry("a"), entry("a")], [entry("")], [entry("a b")], [entry("é")],
            [entry(String(repeating: "a", count: 81))],
        ] {
            guard case .invalidRequest = try await refusal(entries).code else {
                return #expect(Bool(false), "\(entries.map(\.id))")
            }
        }
        #expect(try await isAccepted((0..<10).map { entry("\($0)") }))
        #expect(try await isAccepted([entry("A-z_09" + String(repeating: "x", count: 74))]))
    }

    @Test("a message larger than the limit is refused by its ID and its size; one of exactly the limit is sent")
    func messageSize() async throws {
        let limits = SQSLimits(maximumMessageBytes: 1_000, maximumCallBytes: 2_500)
        let tooLarge = try await refusal(
            [entry("small"), entry("big", String(repeating: "x", count: 1_001))], limits: limits)
        guard case .payloadTooLarge = tooLarge.code else { return #expect(Bool(false)) }
        #expect(
            tooLarge.message.contains("big") && tooLarge.message.contains("1001") && tooLarge.message.contains("1000"))
        #expect(try await isAccepted([entry("a", String(repeating: "x", count: 1_000))], limits: limits))
        // Bytes count, not characters.
        guard
            case .payloadTooLarge = try await refusal([entry("a", String(repeating: "é", count: 501))], limits: limits)
                .code
        else { return #expect(Bool(false)) }
    }

    @Test("attributes count: name, type and value")
    func attributeSize() async throws {
        let limits = SQSLimits(maximumMessageBytes: 100, maximumCallBytes: 100)
        var message = entry("a", String(repeating: "x", count: 80))
        message.attributes = ["trace": "123456789"]
        #expect(message.billedBytes == 80 + 5 + 6 + 9)
        #expect(try await isAccepted([message], limits: limits))
        message.attributes = ["trace": "1234567890"]
        guard case .payloadTooLarge = try await refusal([message], limits: limits).code else {
            return #expect(Bool(false))
        }
    }

    @Test("a call larger than the limit is refused, though each message fits")
    func callSize() async throws {
        let limits = SQSLimits(maximumMessageBytes: 1_000, maximumCallBytes: 2_500)
        func batch(_ sizes: [Int]) -> [SendMessageBatchEntry] {
            sizes.enumerated().map { entry("\($0.offset)", String(repeating: "x", count: $0.element)) }
        }
        guard case .payloadTooLarge = try await refusal(batch([1_000, 1_000, 501]), limits: limits).code else {
            return #expect(Bool(false))
        }
        #expect(try await isAccepted(batch([1_000, 1_000, 500]), limits: limits))
    }

    @Test("the limits default to 256 KiB, which every server takes")
    func defaults() async throws {
        #expect(SQSLimits().maximumMessageBytes == 262_144)
        #expect(SQSLimits().maximumCallBytes == 262_144)
        #expect(try await isAccepted([entry("a", String(repeating: "x", count: 262_144))]))
    }

    @Test(
        "a character that SQS refuses is found, and named by its place",
        arguments: [
            ([0x61, 0x00], 1), ([0x0B], 0), ([0x61, 0x62, 0x1F], 2), ([0xEF, 0xBF, 0xBE], 0),
            ([0x61, 0xEF, 0xBF, 0xBF], 1),
            ([0xFF], 0), ([0x61, 0xC3], 1), ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xC0, 0x80], 0),
        ] as [([UInt8], Int)])
    func characters(body: [UInt8], offset: Int) async throws {
        let error = try await refusal([SendMessageBatchEntry(id: "a", body: body)])
        guard case .invalidCharacters = error.code else { return #expect(Bool(false)) }
        #expect(error.message.contains("at byte \(offset) "))
    }

    @Test("every character that XML 1.0 allows passes, and no other does")
    func allCharacters() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isAllowed =
                value == 0x9 || value == 0xA || value == 0xD || (0x20...0xD7FF).contains(value)
                || (0xE000...0xFFFD).contains(value) || value >= 0x10000
            let isAccepted = MessageCharacters.firstInvalid(in: [0x61] + Array(UTF8.encode(scalar) ?? .init())) == nil
            if isAccepted != isAllowed { #expect(Bool(false), "U+\(String(value, radix: 16))") }
        }
    }

    @Test("group and deduplication IDs keep to their alphabet and length")
    func identifiers() async throws {
        for bad in ["", " ", "é", String(repeating: "x", count: 129), "a\n"] {
            var message = entry()
            message.messageGroupID = bad
            guard case .invalidRequest = try await refusal([message]).code else { return #expect(Bool(false)) }
            message.messageGroupID = "lane-1"
            message.deduplicationID = bad
            guard case .invalidRequest = try await refusal([message]).code else { return #expect(Bool(false)) }
        }
        var message = entry()
        message.messageGroupID = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~aZ0"
        message.deduplicationID = String(repeating: "x", count: 128)
        #expect(try await isAccepted([message]))
    }

    @Test("an empty body, too many attributes and bad attributes are refused")
    func attributes() async throws {
        guard case .invalidRequest = try await refusal([entry("a", "")]).code else { return #expect(Bool(false)) }
        var message = entry()
        message.attributes = Dictionary(uniqueKeysWithValues: (0...10).map { ("a\($0)", "x") })
        guard case .invalidRequest = try await refusal([message]).code else { return #expect(Bool(false)) }
        message.attributes = ["a b": "x"]
        guard case .invalidRequest = try await refusal([message]).code else { return #expect(Bool(false)) }
        message.attributes = ["a": "\u{1}"]
        guard case .invalidCharacters = try await refusal([message]).code else { return #expect(Bool(false)) }
    }

    @Test("an error before sending shows nothing of a body")
    func privacy() async throws {
        let error = try await refusal([entry("a", "ana@example.com\u{1}")])
        #expect(!"\(error)".contains("ana@"))
        #expect("\(error)".contains("nothing was sent"))
    }

    @Test("times and counts out of range are refused")
    func ranges() async throws {
        let client = try service.client()
        let queue = "http://h/q"
        for error in [
            await failure { try await client.receiveMessage(queueURL: queue, maximumMessages: 0, waitTime: .zero) },
            await failure { try await client.receiveMessage(queueURL: queue, maximumMessages: 11, waitTime: .zero) },
            await failure {
                try await client.receiveMessage(queueURL: queue, maximumMessages: 1, waitTime: .seconds(21))
            },
            await failure {
                try await client.receiveMessage(queueURL: queue, maximumMessages: 1, waitTime: .milliseconds(500))
            },
            await failure {
                try await client.receiveMessage(
                    queueURL: queue, maximumMessages: 1, waitTime: .zero, visibilityTimeout: .seconds(43_201))
            },
            await failure {
                try await client.changeMessageVisibility(queueURL: queue, receiptHandle: "r", timeout: .seconds(-1))
            },
            await failure {
                try await client.changeMessageVisibilityBatch(queueURL: queue, entries: [("a", "r", .seconds(43_201))])
            },
            await failure { try await client.deleteMessageBatch(queueURL: queue, entries: []) },
        ] {
            guard case .invalidRequest? = error?.code else {
                return #expect(Bool(false), "\(String(describing: error))")
            }
        }
        #expect(service.requests.isEmpty)
    }

    @Test("a queue URL or region that is no address is refused with its reason")
    func addresses() async throws {
        let client = try service.client()
        for url in ["", "my-queue", "ftp://h/q", "http://user:pw@h/q"] {
            let error = await failure { try await client.getQueueAttributes(queueURL: url) }
            guard case .invalidEndpoint? = error?.code else { return #expect(Bool(false), "\(url)") }
            #expect(!"\(String(describing: error))".contains("pw"))
        }
        #expect(service.requests.isEmpty)
    }
}

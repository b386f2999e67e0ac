import AWSClientSupport

/// The JSON bodies of the requests.
///
/// Model: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
enum RequestBody {
    static func createQueue(name: String, attributes: [String: String]) -> [UInt8] {
        object { json in
            json.member("QueueName", name)
            if !attributes.isEmpty { json.member("Attributes", attributes) }
        }
    }

    static func getQueueURL(name: String) -> [UInt8] {
        object { $0.member("QueueName", name) }
    }

    static func getQueueAttributes(queueURL: String, names: [String]) -> [UInt8] {
        object { json in
            json.member("QueueUrl", queueURL)
            json.member("AttributeNames", names)
        }
    }

    static func setQueueAttributes(queueURL: String, attributes: [String: String]) -> [UInt8] {
        object { json in
            json.member("QueueUrl", queueURL)
            json.member("Attributes", attributes)
        }
    }

    static func purgeQueue(queueURL: String) -> [UInt8] {
        object { $0.member("QueueUrl", queueURL) }
    }

    static func startMessageMoveTask(
        sourceARN: String, destinationARN: String?, maximumMessagesPerSecond: Int?
    ) -> [UInt8] {
        object { json in
            json.member("SourceArn", sourceARN)
            if let destinationARN { json.member("DestinationArn", destinationARN) }
            if let maximumMessagesPerSecond { json.member("MaxNumberOfMessagesPerSecond", maximumMessagesPerSecond) }
        }
    }

    static func sendMessageBatch(queueURL: String, entries: [SendMessageBatchEntry]) -> [UInt8] {
        // Escaping adds a tenth or so to text in lines and columns; the rest is names.
        let bodies = entries.reduce(0) { $0 + $1.billedBytes }
        return object(reservingCapacity: bodies + bodies / 8 + 512 * (entries.count + 1)) { json in
            json.member("QueueUrl", queueURL)
            json.name("Entries")
            json.beginArray()
            for entry in entries {
                json.beginObject()
                json.member("Id", entry.id)
                json.name("MessageBody")
                json.string(utf8: entry.body)
                if let groupID = entry.messageGroupID { json.member("MessageGroupId", groupID) }
                if let deduplicationID = entry.deduplicationID {
                    json.member("MessageDeduplicationId", deduplicationID)
                }
                if !entry.attributes.isEmpty { messageAttributes(entry.attributes, &json) }
                json.endObject()
            }
            json.endArray()
        }
    }

    static func receiveMessage(
        queueURL: String, maximumMessages: Int, waitSeconds: Int, visibilitySeconds: Int?, attemptID: String?
    ) -> [UInt8] {
        object { json in
            json.member("QueueUrl", queueURL)
            json.member("MaxNumberOfMessages", maximumMessages)
            json.member("WaitTimeSeconds", waitSeconds)
            // The newer name of the two; older servers know the second only.
            json.member("MessageSystemAttributeNames", ["All"])
            json.member("AttributeNames", ["All"])
            json.member("MessageAttributeNames", ["All"])
            if let visibilitySeconds { json.member("VisibilityTimeout", visibilitySeconds) }
            if let attemptID { json.member("ReceiveRequestAttemptId", attemptID) }
        }
    }

    static func deleteMessageBatch(queueURL: String, entries: [(id: String, receiptHandle: String)]) -> [UInt8] {
        object(reservingCapacity: 512 * (entries.count + 1)) { json in
            json.member("QueueUrl", queueURL)
            json.name("Entries")
            json.beginArray()
            for entry in entries {
                json.beginObject()
                json.member("Id", entry.id)
                json.member("ReceiptHandle", entry.receiptHandle)
                json.endObject()
            }
            json.endArray()
        }
    }

    static func changeMessageVisibility(queueURL: String, receiptHandle: String, seconds: Int) -> [UInt8] {
        object { json in
            json.member("QueueUrl", queueURL)
            json.member("ReceiptHandle", receiptHandle)
            json.member("VisibilityTimeout", seconds)
        }
    }

    static func changeMessageVisibilityBatch(
        queueURL: String, entries: [(id: String, receiptHandle: String, seconds: Int)]
    ) -> [UInt8] {
        object(reservingCapacity: 512 * (entries.count + 1)) { json in
            json.member("QueueUrl", queueURL)
            json.name("Entries")
            json.beginArray()
            for entry in entries {
                json.beginObject()
                json.member("Id", entry.id)
                json.member("ReceiptHandle", entry.receiptHandle)
                json.member("VisibilityTimeout", entry.seconds)
                json.endObject()
            }
            json.endArray()
        }
    }

    private static func messageAttributes(_ attributes: [String: String], _ json: inout JSONWriter) {
        json.name("MessageAttributes")
        json.beginObject()
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            json.name(name)
            json.beginObject()
            json.member("DataType", "String")
            json.member("StringValue", value)
            json.endObject()
        }
        json.endObject()
    }

    private static func object(
        reservingCapacity capacity: Int = 512, _ members: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: capacity)
        json.beginObject()
        members(&json)
        json.endObject()
        return json.bytes
    }
}

import AWSClientSupport

extension ResponseBody {
    static func messages(_ body: [UInt8]) throws(Failure) -> [SQSMessage] {
        var received: [ReceivedMessage] = []
        try object(body) { member, reader throws(JSONError) in
            guard member == "Messages" else { return try reader.skipValue() }
            try reader.readObjects { reader throws(JSONError) in received.append(try message(&reader)) }
        }
        var messages: [SQSMessage] = []
        messages.reserveCapacity(received.count)
        for (index, message) in received.enumerated() {
            guard let receiptHandle = message.receiptHandle else { throw .missing("ReceiptHandle") }
            guard let body = message.body else { throw .missing("Body") }
            guard let checksum = message.bodyMD5 else { throw .missing("MD5OfBody") }
            guard MD5.matches(checksum, body) else { throw .bodyMismatch(index: index) }
            messages.append(message.sqsMessage(receiptHandle: receiptHandle, body: body))
        }
        return messages
    }

    private struct ReceivedMessage {
        var messageID = ""
        var receiptHandle: String?
        var body: [UInt8]?
        var bodyMD5: String?
        var attributes: [String: String] = [:]
        var systemAttributes: [String: String] = [:]

        func sqsMessage(receiptHandle: String, body: [UInt8]) -> SQSMessage {
            SQSMessage(
                messageID: messageID, receiptHandle: receiptHandle, body: body, systemAttributes: systemAttributes,
                attributes: attributes)
        }
    }

    private static func message(_ reader: inout JSONReader) throws(JSONError) -> ReceivedMessage {
        var message = ReceivedMessage()
        try reader.readObject { member, reader throws(JSONError) in
            switch member {
            case "MessageId": message.messageID = try reader.readString()
            case "ReceiptHandle": message.receiptHandle = try reader.readString()
            case "Body": message.body = try reader.readStringBytes()
            case "MD5OfBody": message.bodyMD5 = try reader.readString()
            case "Attributes" where reader.peek() == .object: message.systemAttributes = try reader.readStrings()
            case "MessageAttributes" where reader.peek() == .object: message.attributes = try messageAttributes(&reader)
            default: try reader.skipValue()
            }
        }
        return message
    }

    /// Attributes that have a text; binary ones are left out.
    private static func messageAttributes(_ reader: inout JSONReader) throws(JSONError) -> [String: String] {
        var attributes: [String: String] = [:]
        try reader.readObject { name, reader throws(JSONError) in
            guard reader.peek() == .object else { return try reader.skipValue() }
            try reader.readObject { member, reader throws(JSONError) in
                guard member == "StringValue" else { return try reader.skipValue() }
                attributes[name] = try reader.readOptionalString()
            }
        }
        return attributes
    }
}

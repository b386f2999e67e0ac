package import AWSClientSupport

/// What Lambda hands to a function whose event source is a queue: some messages, received in its name.
///
/// Format: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
package struct QueueEvent: Sendable {
    /// One message, and what is wrong with it.
    package struct Record: Sendable {
        package let message: SQSMessage
        /// Why the message must not be worked on although it can be named; nil when it is sound.
        package let damage: String?
    }

    /// Why an event cannot be worked on at all; none of its messages can be answered for.
    package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        case json(JSONError)
        /// It has no list `Records`: the function was called by something else than a queue.
        case noRecords
        /// A record, counted from 0, comes from another kind of event source.
        case foreignSource(index: Int)
        /// A record, counted from 0, has no identifier by which it could be reported.
        case unnamed(index: Int)

        package var description: String {
            switch self {
            case .json(let error): "the event cannot be read: \(error)"
            case .noRecords: "the event has no Records: it does not come from a queue"
            case .foreignSource(let index): "record \(index) of the event does not come from SQS"
            case .unnamed(let index): "record \(index) of the event has no messageId"
            }
        }
    }

    /// In the order of the event, which within a message group is the queue's.
    package let records: [Record]

    /// Reads an event. Members that are not known are left out.
    package init(json: [UInt8]) throws(Failure) {
        var found: [Fields]?
        do {
            var reader = try JSONReader(json)
            try reader.readObject { member, reader throws(JSONError) in
                guard member == "Records", reader.peek() == .array else { return try reader.skipValue() }
                var fields: [Fields] = []
                try reader.readArray { reader throws(JSONError) in fields.append(try Fields(&reader)) }
                found = fields
            }
            try reader.finish()
        } catch {
            throw .json(error)
        }
        guard let found else { throw .noRecords }
        var records: [Record] = []
        for (index, fields) in found.enumerated() {
            guard fields.source == nil || fields.source == "aws:sqs" else { throw .foreignSource(index: index) }
            guard let messageID = fields.messageID, !messageID.isEmpty else { throw .unnamed(index: index) }
            records.append(fields.record(messageID))
        }
        self.records = records
    }

    private struct Fields {
        var messageID: String?
        var receiptHandle = ""
        var body: [UInt8]?
        var bodyMD5: String?
        var source: String?
        var systemAttributes: [String: String] = [:]
        var attributes: [String: String] = [:]

        init() {}

        init(_ reader: inout JSONReader) throws(JSONError) {
            var fields = Fields()
            try reader.readObject { member, reader throws(JSONError) in
                let kind = reader.peek()
                switch member {
                case "messageId" where kind == .string: fields.messageID = try reader.readString()
                case "receiptHandle" where kind == .string: fields.receiptHandle = try reader.readString()
                case "body" where kind == .string: fields.body = try reader.readStringBytes()
                case "md5OfBody" where kind == .string: fields.bodyMD5 = try reader.readString()
                case "eventSource" where kind == .string: fields.source = try reader.readString()
                case "attributes" where kind == .object: fields.systemAttributes = try reader.readStrings()
                case "messageAttributes" where kind == .object:
                    fields.attributes = try Self.messageAttributes(&reader)
                default: try reader.skipValue()
                }
            }
            self = fields
        }

        /// Attributes that have a text; binary ones are left out.
        private static func messageAttributes(_ reader: inout JSONReader) throws(JSONError) -> [String: String] {
            var attributes: [String: String] = [:]
            try reader.readObject { name, reader throws(JSONError) in
                guard reader.peek() == .object else { return try reader.skipValue() }
                attributes[name] = try reader.readStrings()["stringValue"]
            }
            return attributes
        }

        func record(_ messageID: String) -> Record {
            let message = SQSMessage(
                messageID: messageID, receiptHandle: receiptHandle, body: body ?? [],
                systemAttributes: systemAttributes, attributes: attributes)
            guard let body else { return Record(message: message, damage: "the event holds no body for the message") }
            guard bodyMD5.map({ MD5.matches($0, body) }) ?? true else {
                return Record(message: message, damage: "the message's body does not match its MD5")
            }
            return Record(message: message, damage: nil)
        }
    }
}

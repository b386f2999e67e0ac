/// The MD5 that SQS names for a message's attributes.
///
/// Over name, type and value of each attribute in the order of the names, each with its length in four bytes before it, and
/// one byte between type and value that says what kind of value it is:
/// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
enum AttributeChecksum {
    private static let stringValue: UInt8 = 1

    /// Whether the digest that a server names is that of the attributes, all of type String.
    static func matches(_ hexadecimal: String, _ attributes: [String: String]) -> Bool {
        MD5.matches(hexadecimal, bytes(attributes))
    }

    static func bytes(_ attributes: [String: String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in attributes.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            append(name, to: &bytes)
            append("String", to: &bytes)
            bytes.append(stringValue)
            append(value, to: &bytes)
        }
        return bytes
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: text.utf8)
    }
}

import AWSClientSupport

/// Reads the JSON bodies of the answers.
///
/// Unknown members are skipped, absent lists are empty. What a member must be is checked, since an answer comes from outside.
enum ResponseBody {
    /// An answer that is sound JSON and still makes no sense, or bodies that do not match their checksum.
    enum Failure: Error, Equatable {
        case json(JSONError)
        case missing(String)
        /// The index, from 0, of the message in its answer.
        case bodyMismatch(index: Int)
    }

    static func member(_ name: String, in body: [UInt8]) throws(Failure) -> String {
        var value: String?
        try object(body) { member, reader throws(JSONError) in
            guard member == name else { return try reader.skipValue() }
            value = try reader.readOptionalString()
        }
        guard let value else { throw .missing(name) }
        return value
    }

    static func queueAttributes(_ body: [UInt8]) throws(Failure) -> [String: String] {
        var attributes: [String: String] = [:]
        try object(body) { member, reader throws(JSONError) in
            guard member == "Attributes", reader.peek() == .object else { return try reader.skipValue() }
            attributes = try reader.readStrings()
        }
        return attributes
    }

    static func object(
        _ body: [UInt8], _ member: (String, inout JSONReader) throws(JSONError) -> Void
    ) throws(Failure) {
        do {
            var reader = try JSONReader(body)
            try reader.readObject(member)
            try reader.finish()
        } catch {
            throw .json(error)
        }
    }
}

extension JSONReader {
    /// Reads an array of objects; anything else in place of the array, `null` above all, counts as an empty one.
    mutating func readObjects(
        _ element: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard peek() == .array else { return try skipValue() }
        try readArray(element)
    }
}
